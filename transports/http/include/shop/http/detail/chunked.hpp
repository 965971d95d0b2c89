#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <shop/http/detail/head.hpp>

namespace shop::http::detail {

/// Decodes a chunked body (RFC 9112, 7.1) that arrives in pieces, by Beast's parser. Extensions are skipped,
/// `extension_bytes_max` of them in one body; trailers are refused, since nobody downstream may take one for a field of
/// the head.
class chunk_decoder {
public:
    enum class state { more, done, refused };

    static constexpr std::size_t extension_bytes_max = 256;

    chunk_decoder(std::size_t body_bytes_max, head_limits const& trailer);
    chunk_decoder(chunk_decoder&&) noexcept;
    chunk_decoder& operator=(chunk_decoder&&) noexcept;
    ~chunk_decoder();

    /// @param in the next bytes. All are used, unless the body ends within them.
    /// @param body the decoded bytes are appended.
    state feed(std::string_view in, std::string& body);

    /// How many bytes of the last `in` belong to the body.
    std::size_t used() const { return used_; }
    fault const& why() const { return why_; }

private:
    class parser;

    bool pass(std::string_view& rest, std::string& body);
    bool refuse(fault why);

    std::unique_ptr<parser> parser_;
    std::size_t body_bytes_max_;
    std::size_t trailer_bytes_max_;
    std::string held_;  // of a line, until the whole of it is there
    std::size_t used_ = 0;
    fault why_;
};

}  // namespace shop::http::detail
