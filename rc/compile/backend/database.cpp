#include "rc/compile/backend/database.hpp"

#include "base/checksum.hpp"
#include "base/name.hpp"
#include "base/plan_builder.hpp"
#include "rc/compile/backend/plan.hpp"
#include "rc/database.hpp"

#include <cstring>
#include <string>
#include <unordered_map>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#include "rc/database_generated.h"
#pragma GCC diagnostic pop

namespace hob::rc::compile {

namespace {

struct Machine {
    std::string_view name;
    std::uint16_t number;
};
constexpr Machine machines[] = {
    {"x86_64", 62}, {"aarch64", 183}, {"armhf", 40}, {"riscv64", 243}, {"i386", 3},
};

// Terminated strings, each once.
class Text {
  public:
    std::uint32_t add(const std::string& text) {
        const auto [found, fresh] = places_.emplace(text, static_cast<std::uint32_t>(bytes_.size()));
        if (fresh) bytes_.insert(bytes_.end(), text.c_str(), text.c_str() + text.size() + 1);
        return found->second;
    }
    [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }

  private:
    std::vector<std::uint8_t> bytes_{0};  // offset 0: the empty string
    std::unordered_map<std::string, std::uint32_t> places_{{"", 0}};
};

// Blobs, each once, each at a multiple of plan_alignment. Milestones share one plan.
class Plans {
  public:
    std::uint32_t add(const std::vector<char>& blob) {
        const auto [found, fresh] =
            places_.emplace(std::string{blob.begin(), blob.end()}, static_cast<std::uint32_t>(bytes_.size()));
        if (fresh) {
            bytes_.insert(bytes_.end(), blob.begin(), blob.end());
            bytes_.resize((bytes_.size() + plan_alignment - 1) / plan_alignment * plan_alignment, '\0');
        }
        return found->second;
    }
    [[nodiscard]] const std::vector<char>& bytes() const { return bytes_; }

  private:
    std::vector<char> bytes_;
    std::unordered_map<std::string, std::uint32_t> places_;
};

class Hash {
  public:
    void add(std::string_view bytes) {
        const std::uint64_t size = bytes.size();
        state_ = base::checksum(&size, sizeof size, state_);
        state_ = base::checksum(bytes.data(), bytes.size(), state_);
    }
    void add(std::uint64_t number) { state_ = base::checksum(&number, sizeof number, state_); }
    [[nodiscard]] std::uint64_t value() const { return state_; }

  private:
    std::uint64_t state_ = base::checksum(nullptr, 0);
};

std::string description_of(const Service& service) {
    std::string text = service.description;
    const auto name = base::ServiceName::parse(service.name);
    if (!name || !name->is_instance()) return text;
    for (auto at = text.find(base::instance_mark); at != text.npos;
         at = text.find(base::instance_mark, at + name->argument().size()))
        text.replace(at, base::instance_mark.size(), name->argument());
    return text;
}

// Of everything that the service is: other services count by name, so that adding one changes no other's
// hash.
std::uint64_t hash_of(const Graph& graph, std::uint32_t i, const std::string& description,
                      const std::vector<char>& plan) {
    const Service& service = graph.services[i];
    const Edges& edges = graph.edges[i];
    Hash hash;
    hash.add(service.name);
    hash.add(description);
    hash.add(static_cast<std::uint64_t>(service.type));
    hash.add(service.scripts_checksum);
    hash.add(std::string_view{plan.data(), plan.size()});
    for (const auto* list : {&edges.needs, &edges.wants, &edges.after, &edges.contents}) {
        hash.add(list->size());
        for (const std::uint32_t to : *list) hash.add(graph.services[to].name);
    }
    return hash.value();
}

struct Draft {
    std::vector<db::Node> nodes;
    std::vector<std::uint32_t> edges;
    Text text;
    Plans plans;
};

std::uint32_t append(std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& from) {
    to.insert(to.end(), from.begin(), from.end());
    return static_cast<std::uint32_t>(from.size());
}

// The plan's place is within the plans; their place in the file is added once the graph has its size.
void add_node(Draft& draft, const Graph& graph, std::uint32_t i, std::uint32_t plans_offset,
              const std::vector<char>& plan) {
    const Service& service = graph.services[i];
    const Edges& edges = graph.edges[i];
    const std::string description = description_of(service);
    const auto first = static_cast<std::uint32_t>(draft.edges.size());
    const std::uint32_t needs = append(draft.edges, edges.needs);
    const std::uint32_t wants = append(draft.edges, edges.wants);
    const std::uint32_t after = append(draft.edges, edges.after);
    const std::uint32_t contents = append(draft.edges, edges.contents);
    const std::uint8_t flags = service.name.ends_with('@') ? 1 : 0;
    draft.nodes.emplace_back(hash_of(graph, i, description, plan), draft.text.add(service.name),
                             draft.text.add(description), plans_offset + draft.plans.add(plan),
                             static_cast<std::uint32_t>(plan.size()), first, needs, wants, after, contents,
                             static_cast<std::uint8_t>(service.type), flags, std::uint16_t{0});
}

std::vector<std::uint8_t> pack(const Draft& draft) {
    flatbuffers::FlatBufferBuilder builder{1024 * 1024};
    const auto nodes = builder.CreateVectorOfStructs(draft.nodes);
    const auto edges = builder.CreateVector(draft.edges);
    const auto text = builder.CreateVector(draft.text.bytes());
    db::FinishGraphBuffer(builder, db::CreateGraph(builder, nodes, edges, text));
    const std::uint8_t* at = builder.GetBufferPointer();
    std::vector<std::uint8_t> out{at, at + builder.GetSize()};
    out.resize((out.size() + 7) / 8 * 8, 0);
    return out;
}

Draft draft_of(const Graph& graph, const std::vector<std::vector<char>>& plans, std::uint32_t plans_offset) {
    Draft draft;
    draft.nodes.reserve(graph.services.size());
    for (std::uint32_t i = 0; i < graph.services.size(); ++i)
        add_node(draft, graph, i, plans_offset, plans[i]);
    return draft;
}

std::vector<char> assemble(const std::vector<std::uint8_t>& packed, const std::vector<char>& plans,
                           std::uint16_t machine) {
    FileHeader header{};
    std::memcpy(header.magic, database_magic, sizeof database_magic);
    header.version = database_version;
    header.header_size = sizeof header;
    header.machine = machine;
    header.graph_offset = sizeof header;
    header.graph_size = packed.size();
    header.plans_offset = header.graph_offset + header.graph_size;
    header.plans_size = plans.size();
    header.file_size = header.plans_offset + header.plans_size;
    std::vector<char> file(header.file_size);
    std::memcpy(file.data(), &header, sizeof header);
    std::memcpy(file.data() + header.graph_offset, packed.data(), packed.size());
    if (!plans.empty()) std::memcpy(file.data() + header.plans_offset, plans.data(), plans.size());
    header.checksum = database_checksum(file);
    std::memcpy(file.data(), &header, sizeof header);
    return file;
}

}  // namespace

std::optional<std::vector<char>> make_database(const Graph& graph, std::uint16_t machine, Diagnostics& say) {
    std::vector<std::vector<char>> plans;
    plans.reserve(graph.services.size());
    std::uint64_t total = 0;
    for (const Service& service : graph.services) {
        plans.push_back(make_plan(service));
        total += plans.back().size();
        if (plans.back().empty())
            say.error(service.where, "'" + service.name + "' makes no sound launch plan",
                      "arguments and environment together have at most 256K");
    }
    if (total > database_size_max / 2)
        say.error(graph.services.front().where, "all launch plans together are larger than 1G");
    if (say.failed()) return std::nullopt;
    // Sizes do not depend on the value of an offset: the first draft tells where the plans will begin.
    const std::size_t graph_size = pack(draft_of(graph, plans, 0)).size();
    const auto plans_offset = static_cast<std::uint32_t>(sizeof(FileHeader) + graph_size);
    const Draft draft = draft_of(graph, plans, plans_offset);
    return assemble(pack(draft), draft.plans.bytes(), machine);
}

std::optional<std::uint16_t> parse_machine(std::string_view name) {
    for (const Machine& m : machines)
        if (m.name == name) return m.number;
    return std::nullopt;
}

std::string machine_names() {
    std::string out;
    for (const Machine& m : machines) out += (out.empty() ? "" : ", ") + std::string{m.name};
    return out;
}

}  // namespace hob::rc::compile
