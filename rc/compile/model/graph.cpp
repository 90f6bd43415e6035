#include "rc/compile/model/graph.hpp"

#include "base/name.hpp"
#include "rc/compile/model/similar.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace hob::rc::compile {

namespace {

using Index = std::unordered_map<std::string_view, std::uint32_t>;

constexpr std::size_t hints_max = 50;   // each looks at every name
constexpr std::size_t long_cycle = 12;  // names in the message itself

Index index_of(const std::vector<Service>& services) {
    Index index;
    index.reserve(services.size());
    for (std::uint32_t i = 0; i < services.size(); ++i) index.emplace(services[i].name, i);
    return index;
}

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

class Linker {
  public:
    Linker(Graph& graph, Diagnostics& say) : graph_{graph}, index_{index_of(graph.services)}, say_{say} {}

    void link() {
        graph_.edges.resize(graph_.services.size());
        for (std::uint32_t i = 0; i < graph_.services.size(); ++i) {
            const Service& service = graph_.services[i];
            Edges& edges = graph_.edges[i];
            resolve(service.needs, edges.needs);
            resolve(service.wants, edges.wants);
            resolve(service.after, edges.after);
            resolve(service.contents, edges.contents);
            turn_around(i);
        }
        for (Edges& edges : graph_.edges) drop_repeated(edges.after);
    }

  private:
    std::optional<std::uint32_t> find(const Word& word) {
        const auto found = index_.find(word.text);
        if (found == index_.end()) {
            tell_missing(word);
            return std::nullopt;
        }
        if (word.text.ends_with('@')) {
            say_.error(word.where, quoted(word.text) + " is a template, not a service",
                       "name an instance of it, like " + word.text + "tty1");
            return std::nullopt;
        }
        return found->second;
    }

    void tell_missing(const Word& word) {
        const auto name = base::ServiceName::parse(word.text);
        if (name && name->is_instance())
            return say_.error(word.where, "there is no template " + quoted(name->template_part()) + " for " +
                                              quoted(word.text));
        std::string hint;
        if (hints_++ < hints_max) {
            Nearest nearest{word.text};
            for (const Service& s : graph_.services) nearest.consider(s.name);
            hint = nearest.hint();
        }
        say_.error(word.where, "there is no service " + quoted(word.text), hint);
    }

    void resolve(const std::vector<Word>& words, std::vector<std::uint32_t>& to) {
        to.reserve(words.size());
        for (const Word& word : words)
            if (const auto found = find(word)) to.push_back(*found);
    }

    // `before` of service `from`: the others come after it.
    void turn_around(std::uint32_t from) {
        for (const Word& word : graph_.services[from].before) {
            const auto found = find(word);
            if (!found) continue;
            if (graph_.services[*found].type == base::ServiceType::bundle)
                say_.error(word.where, quoted(word.text) + " is a bundle, and nothing waits in a bundle",
                           "name the services in it that have to wait");
            else
                graph_.edges[*found].after.push_back(from);
        }
    }

    // Two sides may say the same: a `before` here, an `after` there.
    static void drop_repeated(std::vector<std::uint32_t>& edges) {
        std::unordered_set<std::uint32_t> seen;
        std::erase_if(edges, [&](std::uint32_t to) { return !seen.insert(to).second; });
    }

    Graph& graph_;
    Index index_;
    Diagnostics& say_;
    std::size_t hints_ = 0;
};

// Where the edge from `from` to `to` was written, and what it says.
Note note_of(const Graph& graph, std::uint32_t from, std::uint32_t to) {
    const Service& a = graph.services[from];
    const Service& b = graph.services[to];
    const auto look = [](const std::vector<Word>& words, std::string_view name) -> const Word* {
        const auto found = std::ranges::find(words, name, &Word::text);
        return found == words.end() ? nullptr : &*found;
    };
    const auto edge = [&](const Service& one, std::string_view verb, const Service& other, const Word& word) {
        return Note{word.where, one.name + " " + std::string{verb} + " " + other.name};
    };
    if (const Word* w = look(a.needs, b.name)) return edge(a, "needs", b, *w);
    if (const Word* w = look(a.wants, b.name)) return edge(a, "wants", b, *w);
    if (const Word* w = look(a.after, b.name)) return edge(a, "is after", b, *w);
    if (const Word* w = look(a.contents, b.name)) return edge(a, "contains", b, *w);
    if (const Word* w = look(b.before, a.name)) return edge(b, "is before", a, *w);
    return {a.where, a.name + " → " + b.name};
}

void tell_cycle(const Graph& graph, const std::vector<std::uint32_t>& cycle, Diagnostics& say) {
    Message message;
    message.text = "dependency cycle: ";
    for (std::size_t i = 0; i < cycle.size(); ++i) {
        if (i < long_cycle) message.text += graph.services[cycle[i]].name + " → ";
        message.notes.push_back(note_of(graph, cycle[i], cycle[(i + 1) % cycle.size()]));
    }
    if (cycle.size() > long_cycle) message.text += "… (" + std::to_string(cycle.size()) + " services) → ";
    message.text += graph.services[cycle.front()].name;
    message.where = message.notes.front().where;
    message.hint = "one of these has to go";
    say.add(std::move(message));
}

}  // namespace

void add_instances(std::vector<Service>& services) {
    std::unordered_map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < services.size(); ++i) index.emplace(services[i].name, i);
    // What an instance names may be an instance again: services are added behind while the loop runs.
    for (std::size_t i = 0; i < services.size(); ++i) {
        std::vector<std::string> named;
        const Service& s = services[i];
        for (const auto* words : {&s.needs, &s.wants, &s.after, &s.before, &s.contents})
            for (const Word& word : *words)
                if (word.text.find('@') != word.text.npos && !index.contains(word.text))
                    named.push_back(word.text);
        for (const std::string& text : named) {
            const auto name = base::ServiceName::parse(text);
            const auto found = name ? index.find(std::string{name->template_part()}) : index.end();
            if (found == index.end() || !name->is_instance()) continue;
            Service instance = services[found->second];
            instance.name = text;
            if (index.emplace(text, services.size()).second) services.push_back(std::move(instance));
        }
    }
}

void refuse_cycles(const Graph& graph, Diagnostics& say) {
    Adjacency all(graph.edges.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        for (const auto* edges :
             {&graph.edges[i].needs, &graph.edges[i].wants, &graph.edges[i].after, &graph.edges[i].contents})
            all[i].insert(all[i].end(), edges->begin(), edges->end());
    for (const auto& component : components(all)) tell_cycle(graph, shortest_cycle(all, component), say);
}

Graph link(std::vector<Service> services, Diagnostics& say) {
    add_instances(services);
    std::ranges::sort(services, {}, &Service::name);
    Graph graph{std::move(services), {}};
    Linker{graph, say}.link();
    refuse_cycles(graph, say);
    return graph;
}

}  // namespace hob::rc::compile
