#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <shop/http/detail/head.hpp>

namespace shop::http::detail {

/// Decodes a chunked body (RFC 9112, 7.1) that arrives in pieces. Extensions are skipped, `extension_bytes_max` of them
/// in one body; trailers are refused, since nobody downstream may take one for a field of the head.
class chunk_decoder {
public:
    enum class state { more, done, refused };

    static constexpr std::size_t extension_bytes_max = 256;

    chunk_decoder(std::size_t body_bytes_max, head_limits const& trailer)
        : body_bytes_max_(body_bytes_max),
          trailer_bytes_max_(trailer.head_bytes_max),
          trailer_fields_max_(trailer.fields_max) {}

    /// @param in the next bytes. All are used, unless the body ends within them.
    /// @param body the decoded bytes are appended.
    state feed(std::string_view in, std::string& body);

    /// How many bytes of the last `in` belong to the body.
    std::size_t used() const { return used_; }
    fault const& why() const { return why_; }

private:
    enum class step { size_first, size, extension, size_lf, data, data_cr, data_lf, last, last_lf, trailer };

    bool take(char c);
    bool take_size(char c);
    bool take_extension(char c);
    bool take_trailer(char c);
    bool refuse(refusal kind, std::string_view detail);

    std::size_t body_bytes_max_;
    std::size_t trailer_bytes_max_;
    std::size_t trailer_fields_max_;

    step step_ = step::size_first;
    std::uint64_t left_ = 0;  // of the chunk
    std::size_t body_bytes_ = 0;
    std::size_t size_digits_ = 0;
    std::size_t extension_bytes_ = 0;
    std::size_t extension_part_bytes_ = 0;
    bool in_extension_value_ = false;
    std::size_t trailer_bytes_ = 0;
    std::size_t trailer_fields_ = 0;
    std::size_t line_bytes_ = 0;
    std::size_t used_ = 0;
    bool done_ = false;
    fault why_;
};

}  // namespace shop::http::detail
