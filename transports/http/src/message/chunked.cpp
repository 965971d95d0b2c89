#include <algorithm>

#include <shop/http/detail/chunked.hpp>

#include "message/characters.hpp"

namespace shop::http::detail {

bool chunk_decoder::refuse(refusal kind, std::string_view detail) {
    why_ = {kind, detail, kind == refusal::body_too_large ? body_bytes_max_ : 0};
    return false;
}

chunk_decoder::state chunk_decoder::feed(std::string_view in, std::string& body) {
    used_ = 0;
    while (used_ < in.size() && !done_) {
        if (step_ == step::data) {
            auto const part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size() - used_));
            body.append(in.substr(used_, part));
            used_ += part;
            left_ -= part;
            if (left_ == 0) step_ = step::data_cr;
            continue;
        }
        if (!take(in[used_])) return state::refused;
        ++used_;
    }
    return done_ ? state::done : state::more;
}

bool chunk_decoder::take(char c) {
    constexpr std::string_view broken = "the chunked body is broken";
    switch (step_) {
        case step::size_first:
        case step::size:
            return take_size(c);
        case step::extension:
            return take_extension(c);
        case step::size_lf:
            if (c != '\n') return refuse(refusal::malformed_request, broken);
            step_ = left_ == 0 ? step::last : step::data;
            return true;
        case step::data:
            return true;  // never: `feed` takes data in bulk
        case step::data_cr:
            if (c != '\r') return refuse(refusal::malformed_request, broken);
            step_ = step::data_lf;
            return true;
        case step::data_lf:
            if (c != '\n') return refuse(refusal::malformed_request, broken);
            step_ = step::size_first;
            return true;
        case step::last:
            step_ = c == '\r' ? step::last_lf : step::trailer;
            return c == '\r' || take_trailer(c);
        case step::last_lf:
            if (c != '\n') return refuse(refusal::malformed_request, broken);
            done_ = true;
            return true;
        case step::trailer:
            return take_trailer(c);
    }
    return false;
}

bool chunk_decoder::take_size(char c) {
    if (step_ == step::size_first) {
        left_ = 0;
        size_digits_ = 0;
        step_ = step::size;
    }
    if (is(c, hex_char)) {
        // 15 digits cannot overflow; any body limit is far below.
        if (++size_digits_ > 15) return refuse(refusal::malformed_request, "a chunk size is too long");
        left_ = left_ * 16 + hex_value(c);
        return true;
    }
    if (size_digits_ == 0 || (c != '\r' && c != ';')) {
        return refuse(refusal::malformed_request, "a chunk size is not a plain hexadecimal number");
    }
    if (left_ > body_bytes_max_ - body_bytes_) {
        return refuse(refusal::body_too_large, "the body is larger than this resource takes");
    }
    body_bytes_ += static_cast<std::size_t>(left_);
    step_ = c == '\r' ? step::size_lf : step::extension;
    return true;
}

/// `name` or `name=value`, both tokens. Quoted values are refused: nobody sends them, and their line ends were
/// ambiguous.
bool chunk_decoder::take_extension(char c) {
    if (c != '\r' && ++extension_bytes_ > extension_bytes_max) {
        return refuse(refusal::malformed_request, "the chunk extensions are longer than the server reads");
    }
    if (is(c, token_char)) {
        ++extension_part_bytes_;
        return true;
    }
    bool const ends_part = c == '\r' || c == ';' || (c == '=' && !in_extension_value_);
    if (!ends_part || extension_part_bytes_ == 0) {
        return refuse(refusal::malformed_request, "a chunk extension is not name=value");
    }
    in_extension_value_ = c == '=';
    extension_part_bytes_ = 0;
    if (c == '\r') step_ = step::size_lf;
    return true;
}

/// Reads trailers to their end, within the bounds of a head, only to say which of the two was wrong.
bool chunk_decoder::take_trailer(char c) {
    if (++trailer_bytes_ > trailer_bytes_max_ || trailer_fields_ > trailer_fields_max_) {
        return refuse(refusal::head_too_large, "the trailers are larger than the server reads");
    }
    if (c == '\r') return true;
    if (c != '\n') {
        ++line_bytes_;
        return true;
    }
    if (line_bytes_ == 0) return refuse(refusal::malformed_request, "trailers are not accepted");
    line_bytes_ = 0;
    ++trailer_fields_;
    return true;
}

}  // namespace shop::http::detail
