#include <algorithm>
#include <unordered_set>

#include <shop/core/field_errors.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/text.hpp>
#include <shop/products/rules.hpp>

namespace shop::products::rules {

namespace {

bool is_word(std::string_view text, std::size_t characters_max) {
    return !is_blank(text) && is_plain_text(text) && count_characters(text) <= characters_max;
}

std::string must_be_word(std::size_t characters_max) {
    return "must be 1 to " + std::to_string(characters_max) +
           " characters, not only blanks, without control characters";
}

/// The pointer of a member whose name the caller chose (RFC 6901); of its object, if the name cannot be shown.
std::string pointer_to(std::string_view object, std::string_view name) {
    std::string pointer(object);
    if (!is_word(name, limits::product_word_characters_max)) return pointer;
    pointer += '/';
    for (char const c : name) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
    return pointer;
}

bool check_size(field_errors& in, std::size_t size, std::size_t most, std::string pointer) {
    in.must(size <= most, std::move(pointer), "must have at most " + std::to_string(most) + " items");
    return size <= most;
}

void check_tags(field_errors& in, std::vector<std::string> const& tags) {
    if (!check_size(in, tags.size(), limits::product_tags_max, "/tags")) return;
    std::unordered_set<std::string_view> seen;
    for (std::size_t i = 0; i < tags.size(); ++i) {
        auto const pointer = "/tags/" + std::to_string(i);
        in.must(is_word(tags[i], limits::product_word_characters_max), pointer,
                must_be_word(limits::product_word_characters_max));
        in.must(seen.insert(tags[i]).second, pointer, "must not repeat another tag");
    }
}

void check_entries(field_errors& in, std::map<std::string, std::string> const& all, std::string_view pointer) {
    if (!check_size(in, all.size(), limits::product_attributes_max, std::string(pointer))) return;
    for (auto const& [name, text] : all) {
        in.must(is_word(name, limits::product_word_characters_max), std::string(pointer),
                "must have names of 1 to " + std::to_string(limits::product_word_characters_max) +
                    " characters, without control characters");
        in.must(text.size() <= limits::product_attribute_bytes_max && is_plain_text(text, line_breaks::allow),
                pointer_to(pointer, name),
                "must be at most " + std::to_string(limits::product_attribute_bytes_max) +
                    " bytes, without control characters");
    }
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Letter case ignored, of ASCII letters.
bool contains(std::string_view text, std::string_view part) {
    auto const same = [](char a, char b) { return lower(a) == lower(b); };
    return std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

}  // namespace

result<void> check(product_draft const& draft, std::optional<currency> priced_in) {
    field_errors in;
    in.must(!draft.sku.empty(), "/sku", "is required");
    in.must(is_word(draft.name, limits::product_name_characters_max), "/name",
            must_be_word(limits::product_name_characters_max));
    in.must(draft.description.size() <= limits::product_description_bytes_max &&
                is_plain_text(draft.description, line_breaks::allow),
            "/description",
            "must be at most " + std::to_string(limits::product_description_bytes_max) +
                " bytes, without control characters");
    in.must(draft.price.amount() >= 0 && draft.price.is_within_limits(), "/price/amount",
            "must be 0 to " + std::to_string(limits::money_amount_max) + " minor units");
    if (draft.price.currency() != priced_in) {
        if (auto why = refuse_currency(draft.price.currency())) in.must(false, "/price/currency", *std::move(why));
    }
    check_tags(in, draft.tags);
    check_entries(in, draft.attributes, "/attributes");
    check_entries(in, draft.options, "/options");
    if (draft.group) {
        in.must(is_word(*draft.group, limits::product_word_characters_max), "/group",
                must_be_word(limits::product_word_characters_max));
    }
    return std::move(in).done();
}

bool matches(product_record const& row, product_query const& query) {
    if (query.status && row.status != *query.status) return false;
    if (!query.text.empty() && !contains(row.sku.text(), query.text) && !contains(row.name, query.text)) return false;
    if (!query.tag) return true;
    auto const& tags = row.content->tags;
    return std::ranges::find(tags, *query.tag) != tags.end();
}

}  // namespace shop::products::rules
