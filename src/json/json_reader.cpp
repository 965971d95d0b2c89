#include <shop/json/json.hpp>

#include "json/json_pointer.hpp"

namespace shop::json {

bool reader::refuse_shape(std::string_view detail) {
    malformed_ = true;
    refuse(detail);
    return false;
}

bool reader::refuse_value(std::string_view detail) {
    refuse(detail);
    return false;
}

void reader::refuse(std::string_view detail) {
    if (refusals_.size() == refusals_max) return;
    std::string pointer(base_);
    for (std::size_t i = 0; i < depth_; ++i) {
        auto const& step = path_[i];
        step.is_member ? append_pointer_step(pointer, step.member) : append_pointer_step(pointer, step.item);
    }
    refusals_.push_back({std::move(pointer), std::string(detail)});
}

error reader::to_error() && {
    error_details details;
    details.errors = std::move(refusals_);
    return error(malformed_ ? error_code::malformed_request : error_code::invalid_value, std::move(details));
}

namespace detail {

namespace {

std::string whole_number_between(auto least, auto most) {
    std::string text = "must be a whole number from ";
    append_number(text, least);
    text += " to ";
    append_number(text, most);
    return text;
}

}  // namespace

bool read_signed(reader& in, value v, std::int64_t least, std::int64_t most, std::int64_t& out) {
    if (!v.is(kind::integer)) return in.refuse_shape(whole_number_between(least, most));
    if (v.as_int64() < least || v.as_int64() > most) return in.refuse_value(whole_number_between(least, most));
    out = v.as_int64();
    return true;
}

bool read_unsigned(reader& in, value v, std::uint64_t most, std::uint64_t& out) {
    bool const negative = v.is(kind::integer) && v.as_int64() < 0;
    if (!v.is(kind::integer) && !v.is(kind::big_integer)) {
        return in.refuse_shape(whole_number_between(std::uint64_t{0}, most));
    }
    if (negative || v.as_uint64() > most) return in.refuse_value(whole_number_between(std::uint64_t{0}, most));
    out = v.as_uint64();
    return true;
}

static_assert(limits::string_bytes_max == 4096, "the detail below names this number");
bool read_text(reader& in, value v, std::string_view& out) {
    if (!v.is(kind::string)) return in.refuse_shape("must be a string");
    if (v.as_string().size() > limits::string_bytes_max) return in.refuse_value("must have at most 4096 bytes");
    out = v.as_string();
    return true;
}

void refuse_unknown_member(reader& in, value member) {
    reader::place here(in, member.key());
    bool const nameable = member.key().size() <= key_bytes_shown_max;
    in.refuse_shape(nameable ? "is not known here: leave it out" : "has a member that is not known here: leave it out");
}

void refuse_missing_member(reader& in, std::string_view name) {
    reader::place here(in, name);
    in.refuse_shape("is required");
}

bool refuse_word(reader& in, std::string_view const* words, std::size_t count) {
    std::string detail = "must be one of ";
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) detail += ", ";
        detail += words[i];
    }
    return in.refuse_value(detail);
}

node parameter_node(std::string_view text, parameter as) {
    node made;
    made.kind = kind::string;
    made.text = text;
    if (as == parameter::boolean && (text == "true" || text == "false")) {
        made.kind = kind::boolean;
        made.boolean = text == "true";
    }
    if (as == parameter::number) {
        tape number;
        bool const bare = !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9')) &&
                          text.back() >= '0' && text.back() <= '9';
        if (bare && number.parse(text, 1)) {
            made.kind = number.root().kind();
            if (made.kind == kind::integer) made.integer = number.root().as_int64();
            if (made.kind == kind::big_integer) made.big_integer = number.root().as_uint64();
        }
    }
    return made;
}

}  // namespace detail

}  // namespace shop::json
