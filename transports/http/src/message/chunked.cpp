#include <shop/http/detail/chunked.hpp>

#include <algorithm>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>

#include "message/characters.hpp"

// Beast's parser decodes. What it accepts and others read in another way is refused before it, by `judge_line`.

namespace shop::http::detail {
namespace {

namespace beast_http = boost::beast::http;
using http_error = beast_http::error;
using std::string_view;

/// Judges the line of a chunk's size, or as much of it as is there.
/// @param line may begin with the line end of the chunk before
/// @param extension_bytes of the body so far
std::optional<fault> judge_line(string_view line, std::size_t extension_bytes) {
    if (line.starts_with("\r\n")) line.remove_prefix(2);
    line = line.substr(0, line.find('\r'));
    auto const not_hex = [](char c) { return !is(c, hex_char); };
    auto const digits = std::find_if(line.begin(), line.end(), not_hex) - line.begin();
    if (digits > 15) return malformed("a chunk size is too long");  // 15 digits cannot overflow
    auto const extension = line.substr(static_cast<std::size_t>(digits));
    if (extension.empty()) return std::nullopt;
    if (digits == 0 || extension.front() != ';') {
        return malformed("a chunk size is not a plain hexadecimal number");
    }
    if (extension_bytes + extension.size() > chunk_decoder::extension_bytes_max) {
        return malformed("the chunk extensions are longer than the server reads");
    }
    // Quoted values are refused: nobody sends them, and their line ends were ambiguous. So is space around a name.
    auto const plain = [](char c) { return is(c, token_char) || c == ';' || c == '='; };
    if (!std::all_of(extension.begin(), extension.end(), plain)) {
        return malformed("a chunk extension is not name=value");
    }
    return std::nullopt;
}

/// Whether it begins the end of a body, which Beast is given as a whole: the line of size 0, trailers, an empty line.
bool is_last_line(string_view line) {
    if (line.starts_with("\r\n")) line.remove_prefix(2);
    auto const zeros = line.find_first_not_of('0');
    return zeros != 0 && zeros != string_view::npos && (line[zeros] == '\r' || line[zeros] == ';');
}

}  // namespace

class chunk_decoder::parser final : public beast_http::basic_parser<true> {
    using error_code = boost::system::error_code;
    using text = boost::beast::string_view;

public:
    parser(std::size_t body_bytes_max, std::size_t trailer_fields_max) : trailer_fields_max_(trailer_fields_max) {
        constexpr string_view head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        body_limit(body_bytes_max);
        error_code none;
        put({head.data(), head.size()}, none);
        in_head_ = false;
    }

    /// Where decoded bytes go.
    std::string* body = nullptr;

    bool in_data() const { return left_ > 0; }
    std::size_t extension_bytes() const { return extension_bytes_; }
    bool has_trailers() const { return trailer_fields_ > 0; }
    bool has_too_many_trailers() const { return trailer_fields_ > trailer_fields_max_; }

private:
    void on_chunk_header_impl(std::uint64_t size, text extension, error_code&) override {
        left_ = size;
        extension_bytes_ += extension.size();
    }
    std::size_t on_chunk_body_impl(std::uint64_t, text data, error_code&) override {
        body->append(data.data(), data.size());
        left_ -= data.size();
        return data.size();
    }
    void on_field_impl(beast_http::field, text, text, error_code&) override {
        if (!in_head_) ++trailer_fields_;
    }
    void on_request_impl(beast_http::verb, text, text, int, error_code&) override {}
    void on_response_impl(int, text, int, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    std::size_t on_body_impl(text, error_code&) override { return 0; }
    void on_finish_impl(error_code&) override {}

    bool in_head_ = true;
    std::uint64_t left_ = 0;  // of the chunk
    std::size_t extension_bytes_ = 0;
    std::size_t trailer_fields_ = 0;
    std::size_t trailer_fields_max_;
};

chunk_decoder::chunk_decoder(std::size_t body_bytes_max, head_limits const& trailer)
    : parser_(std::make_unique<parser>(body_bytes_max, trailer.fields_max)),
      body_bytes_max_(body_bytes_max),
      trailer_bytes_max_(trailer.head_bytes_max) {}

chunk_decoder::chunk_decoder(chunk_decoder&&) noexcept = default;
chunk_decoder& chunk_decoder::operator=(chunk_decoder&&) noexcept = default;
chunk_decoder::~chunk_decoder() = default;

bool chunk_decoder::refuse(fault why) {
    why_ = why;
    return false;
}

chunk_decoder::state chunk_decoder::feed(string_view in, std::string& body) {
    used_ = in.size();
    string_view rest = in;
    if (!held_.empty()) rest = held_.append(in);
    if (!pass(rest, body)) return state::refused;
    if (parser_->is_done()) {
        used_ -= rest.size();
        return state::done;
    }
    held_.empty() ? held_.assign(rest) : held_.erase(0, held_.size() - rest.size());
    return state::more;
}

/// Takes what can be taken from the front of `rest`.
bool chunk_decoder::pass(string_view& rest, std::string& body) {
    parser_->body = &body;
    while (!rest.empty() && !parser_->is_done()) {
        boost::system::error_code ec;
        if (!parser_->in_data()) {
            if (auto const wrong = judge_line(rest, parser_->extension_bytes())) return refuse(*wrong);
            if (is_last_line(rest) && rest.find("\r\n\r\n") == string_view::npos) ec = http_error::need_more;
        }
        if (!ec) rest.remove_prefix(parser_->put({rest.data(), rest.size()}, ec));
        if (ec == http_error::need_more) {
            // Longer than any line of a size: trailers.
            if (rest.size() <= trailer_bytes_max_) return true;
            return refuse({refusal::head_too_large, "the trailers are larger than the server reads"});
        }
        if (ec == http_error::body_limit) {
            return refuse({refusal::body_too_large, "the body is larger than this resource takes", body_bytes_max_});
        }
        if (ec) return refuse(malformed("the chunked body is broken"));
    }
    if (parser_->has_too_many_trailers()) {
        return refuse({refusal::head_too_large, "the trailers are larger than the server reads"});
    }
    if (parser_->has_trailers()) return refuse(malformed("trailers are not accepted"));
    return true;
}

}  // namespace shop::http::detail
