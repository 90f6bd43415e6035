// The last step: argv and environment on the slot's scratch, the search along PATH, execve.
#include "svc/child_parts.hpp"

namespace hob::svc {

namespace {

constexpr std::size_t program_path_max = 4096;

std::size_t key_size(const char* word) noexcept {
    std::size_t n = 0;
    while (word[n] != '\0' && word[n] != '=') ++n;
    return n;
}

// Sets a word of the environment, "KEY=value"; the later one of a key wins.
int add_word(Child& c, const char* word) noexcept {
    const char** const env = c.args.scratch->env;
    const std::size_t key = key_size(word);
    for (std::size_t i = 0; i < c.env_count; ++i) {
        if (key_size(env[i]) != key || std::memcmp(env[i], word, key) != 0) continue;
        env[i] = word;
        return 0;
    }
    if (c.env_count == scratch_env_max) return E2BIG;
    env[c.env_count++] = word;
    return 0;
}

int build_argv(Child& c, const base::Step& step) noexcept {
    const std::size_t count = step.header().string_count;
    if (count > scratch_argv_max) return E2BIG;
    const char** const argv = c.args.scratch->argv;
    const char* s = step.strings();
    for (std::size_t i = 0; i < count; ++i, s = base::Step::next_string(s)) argv[i] = s;
    std::size_t n = count;
    for (const char* const more : c.args.appended)
        if (more != nullptr) argv[n++] = more;
    argv[n] = nullptr;
    return 0;
}

int execute(Child& c, const char* path) noexcept {
    return error_of(raw::call(SYS_execve, path, &c.args.scratch->argv[0], &c.args.scratch->env[0]));
}

const char* path_of(const Child& c) noexcept {
    for (std::size_t i = 0; i < c.env_count; ++i)
        if (std::strncmp(c.args.scratch->env[i], "PATH=", 5) == 0) return c.args.scratch->env[i] + 5;
    return default_path + 5;
}

// As execvp(3): what is not there is passed over, a refusal is remembered, anything else ends the search.
int search(Child& c, const char* name) noexcept {
    const std::size_t name_size = std::strlen(name);
    char path[program_path_max];
    int remembered = ENOENT;
    for (const char* at = path_of(c);;) {
        std::size_t size = 0;
        while (at[size] != '\0' && at[size] != ':') ++size;
        if (size + name_size + 2 <= sizeof path) {
            std::size_t n = size;
            std::memcpy(path, at, size);
            if (n != 0) path[n++] = '/';
            std::memcpy(path + n, name, name_size + 1);
            const int error = execute(c, path);
            if (error == EACCES)
                remembered = EACCES;
            else if (error != ENOENT && error != ENOTDIR)
                return error;
        }
        if (at[size] == '\0') return remembered;
        at += size + 1;
    }
}

}  // namespace

const char* join(Child& c, const char* key, const char* value) noexcept {
    const std::size_t head = std::strlen(key), tail = std::strlen(value);
    if (head + tail + 1 > scratch_text - c.text_used) return nullptr;
    char* const at = c.args.scratch->text + c.text_used;
    // The value's end is the end. NOLINTNEXTLINE(bugprone-not-null-terminated-result)
    std::memcpy(at, key, head);
    std::memcpy(at + head, value, tail + 1);
    c.text_used += head + tail + 1;
    return at;
}

int default_environment(Child& c) noexcept {
    for (const char* const word : c.args.defaults)
        if (const int error = add_word(c, word); error != 0) return error;
    return c.args.notify != nullptr ? add_word(c, c.args.notify) : 0;
}

int step_environment(Child& c, const base::Step& step) noexcept {
    const char* s = step.strings();
    for (std::size_t i = 0; i < step.header().string_count; ++i, s = base::Step::next_string(s))
        if (const int error = add_word(c, s); error != 0) return error;
    return 0;
}

int step_exec(Child& c, const base::Step& step) noexcept {
    if (const int error = build_argv(c, step); error != 0) return error;
    c.args.scratch->env[c.env_count] = nullptr;
    const char* const name = c.args.scratch->argv[0];
    if (name == nullptr || *name == '\0') return ENOENT;
    if (std::strchr(name, '/') != nullptr) return execute(c, name);
    return search(c, name);
}

}  // namespace hob::svc
