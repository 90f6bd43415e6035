// `hob-rc init`: prepares the live tree RUN before the scanner is started on it.
//
// Makes RUN and its folders, and RUN/db out of RUN/lib/current: the copy is checked in full and only then
// renamed into place, so RUN/db is always whole. A database that is missing or damaged is passed over with
// one line for the newest of RUN/lib/generations that is sound. The overlay is copied, too
// (rc/engine/overlay.hpp). Doing it twice does no harm. The table, and what an earlier run left in it, is the
// scanner's business.
#pragma once

namespace hob::rc::engine {

// `database`: a file to take instead, and no other; nullptr: as above. An exit code; complaints are printed.
[[nodiscard]] int prepare_tree(const char* run, const char* database);

}  // namespace hob::rc::engine
