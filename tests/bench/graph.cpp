#include "tests/bench/graph.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace hob::bench {

namespace {

// splitmix64 (Steele, Lea, Flood 2014): good enough to spread edges, the same on every machine.
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

std::string name_of(std::size_t index) { return "s-" + std::to_string(index); }

std::string quoted(const std::vector<std::string>& words) {
    // A name a line, as a line of a definition has a bound.
    std::string list = "[\n";
    for (const auto& word : words) list += "    \"" + word + "\",\n";
    return list + "]";
}

}  // namespace

std::vector<std::size_t> Graph::needs_of(std::size_t index) const {
    if (index == 0) return {};
    if (shape == Shape::chain) return {index - 1};
    if (shape == Shape::star) return {0};
    const std::size_t layer = index * layers / services;
    if (layer == 0) return {};
    const auto first_of = [&](std::size_t n) { return (n * services + layers - 1) / layers; };
    const std::size_t from = first_of(layer - 1), size = first_of(layer) - from;
    std::vector<std::size_t> chosen;
    for (std::uint64_t draw = 0; chosen.size() < std::min(needs, size); ++draw) {
        const std::size_t pick = from + mix(seed ^ mix(index * 64 + draw)) % size;
        if (std::find(chosen.begin(), chosen.end(), pick) == chosen.end()) chosen.push_back(pick);
    }
    return chosen;
}

std::string Graph::definition(std::size_t index) const {
    std::string text = is_longrun(index) ? "exec = [\"" + programs + "/ready\"]\nready = \"fd:3\"\n"
                                         : "type = \"oneshot\"\nup = [\"" + programs + "/oneshot\"]\n";
    std::vector<std::string> names;
    for (const auto need : needs_of(index)) names.push_back(name_of(need));
    if (!names.empty()) text += "needs = " + quoted(names) + "\n";
    return text;
}

Shape parse_shape(std::string_view text) {
    if (text == "layered") return Shape::layered;
    if (text == "chain") return Shape::chain;
    if (text == "star") return Shape::star;
    throw std::invalid_argument{"no shape: layered, chain or star"};
}

Payload parse_payload(std::string_view text) {
    if (text == "mixed") return Payload::mixed;
    if (text == "ready") return Payload::ready;
    if (text == "oneshot") return Payload::oneshot;
    throw std::invalid_argument{"no payload: mixed, ready or oneshot"};
}

void write_definition(const std::string& dir, const std::string& name, const std::string& text) {
    const std::string place = dir + "/" + name;
    std::filesystem::create_directories(place);
    std::ofstream file{place + "/service.toml"};
    file << text;
    file.close();
    if (!file) throw std::runtime_error{"cannot write " + place + "/service.toml"};
}

void write_repository(const std::string& dir, const Graph& graph) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < graph.services; ++i) {
        all.push_back(name_of(i));
        write_definition(dir, all.back(), graph.definition(i));
    }
    write_definition(dir, "all", "type = \"bundle\"\ncontents = " + quoted(all) + "\n");
    write_definition(dir, "default", graph.boot.empty() ? "type = \"milestone\"\n" : graph.boot);
}

}  // namespace hob::bench
