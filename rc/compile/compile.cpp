#include "rc/compile/compile.hpp"

#include "rc/compile/backend/database.hpp"
#include "rc/compile/model/accounts.hpp"
#include "rc/compile/model/define.hpp"
#include "rc/compile/model/graph.hpp"
#include "rc/compile/model/programs.hpp"
#include "rc/compile/source/repository.hpp"

#include <utility>

namespace hob::rc::compile {

std::optional<Compiled> compile(const Request& request, Sources& sources, Diagnostics& say) {
    const SourceTree tree = read_repositories(request.repositories, request.root, sources, say);
    Root root{request.root};
    Accounts accounts{root};
    std::vector<Service> services;
    services.reserve(tree.services.size());
    for (const SourceService& source : tree.services) {
        Service service = define(source, say);
        accounts.resolve(service, tree.roles, say);
        check_programs(service, root, say);
        services.push_back(std::move(service));
    }
    const Graph graph = link(std::move(services), say);
    if (say.failed()) return std::nullopt;
    auto bytes = make_database(graph, request.machine, say);
    if (!bytes) return std::nullopt;
    return Compiled{*std::move(bytes), graph.services.size()};
}

}  // namespace hob::rc::compile
