#include "rest/tag.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <shop/http/detail/head.hpp>

#include "message/characters.hpp"
#include "rest/head.hpp"

namespace shop::http::detail {
namespace {

using std::string_view;

constexpr std::array<string_view, 4> coding_suffixes{"-gzip", "-br", "-zstd", ";gzip"};

string_view without_codings(string_view opaque) {
    auto const has_suffix = [&](string_view suffix) { return opaque.ends_with(suffix); };
    for (;;) {
        auto const suffix = std::find_if(coding_suffixes.begin(), coding_suffixes.end(), has_suffix);
        if (suffix == coding_suffixes.end()) return opaque;
        opaque.remove_suffix(suffix->size());
    }
}

/// The tags of a list, one after another.
class tag_reader {
public:
    explicit tag_reader(string_view list) : rest_(list) {}

    /// What stands between the quotes of the next tag, without the names of codings.
    /// @return nothing at the end, and where the rest is no list of tags.
    std::optional<string_view> next() {
        skip(" \t,");
        auto const quoted = rest_.starts_with("W/") ? rest_.substr(2) : rest_;
        if (!quoted.starts_with('"')) return std::nullopt;
        auto const close = quoted.find('"', 1);
        if (close == string_view::npos) return std::nullopt;
        rest_ = quoted.substr(close + 1);
        skip(" \t");
        if (!rest_.empty() && rest_.front() != ',') return std::nullopt;
        return without_codings(quoted.substr(1, close - 1));
    }

    /// Whether all was read.
    bool at_end() const { return rest_.empty(); }

private:
    void skip(string_view blanks) { rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size())); }

    string_view rest_;
};

/// Reads a number as we write it: no sign, no zero in front.
std::optional<std::uint64_t> number_from(string_view text) {
    std::uint64_t read = 0;
    auto const* end = text.data() + text.size();
    auto const [stop, fault] = std::from_chars(text.data(), end, read);
    bool const plain = !text.empty() && is(text.front(), digit_char) && (text.front() != '0' || text.size() == 1);
    if (!plain || fault != std::errc{} || stop != end) return std::nullopt;
    return read;
}

std::optional<std::uint64_t> version_in(string_view opaque) {
    auto const dot = opaque.find('.');
    if (dot != string_view::npos && !number_from(opaque.substr(dot + 1))) return std::nullopt;
    return number_from(opaque.substr(0, dot));
}

error no_tag_of_ours() {
    return malformed_at("If-Match", "must be the ETag that a read of this resource answered, such as \"3\"");
}

}  // namespace

result<std::optional<std::uint64_t>> version_in_if_match(request const& request) {
    auto const field = request.find("If-Match");
    std::optional<std::uint64_t> found;
    if (!field) return found;
    tag_reader tags(*field);
    while (auto const tag = tags.next()) {
        auto const version = version_in(*tag);
        if (!version) return no_tag_of_ours();
        if (found && found != version) {
            return malformed_at("If-Match", "names several versions: send the one ETag of what you read last");
        }
        found = version;
    }
    if (!found || !tags.at_end()) return no_tag_of_ours();
    return found;
}

bool is_known_to_client(request const& request, string_view tag) {
    auto const ours = tag.substr(1, tag.size() - 2);
    for (auto const& field : request.headers) {
        if (!same_name(field.name, "If-None-Match")) continue;
        if (field.value == "*") return true;
        tag_reader tags(field.value);
        while (auto const one = tags.next()) {
            if (*one == ours) return true;
        }
    }
    return false;
}

}  // namespace shop::http::detail
