#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include <boost/json/basic_parser_impl.hpp>

#include <shop/core/limits.hpp>
#include <shop/json/json.hpp>

#include "json/json_pointer.hpp"

namespace shop::json {

static_assert(limits::json_members_max == 64 && limits::json_depth_max == 16, "the details below name these numbers");

/// Receives the events of Boost.JSON's parser and lays them on a tape; refuses what that parser lets pass.
class tape_writer {
public:
    // The limits of the product are checked here, with a place; those of Boost.JSON never apply.
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    using parser_error = boost::system::error_code;
    using parser_text = boost::core::string_view;

    tape_writer(tape& to, std::string_view text, std::size_t most_nodes)
        : tape_(to), text_(text), most_nodes_(most_nodes) {
        tape_.nodes_.clear();
    }

    bool on_document_begin(parser_error&) { return true; }
    bool on_document_end(parser_error&) { return true; }

    bool on_object_begin(parser_error& ec) { return open(kind::object, ec); }
    bool on_array_begin(parser_error& ec) { return open(kind::array, ec); }
    bool on_object_end(std::size_t, parser_error&) { return close(); }
    bool on_array_end(std::size_t, parser_error&) { return close(); }

    bool on_key_part(parser_text part, std::size_t total, parser_error&) { return unescape(part, total); }
    bool on_key(parser_text part, std::size_t total, parser_error& ec) {
        key_ = whole_string(part, total);
        auto& object = frames_[depth_ - 1];
        if (object.children == limits::json_members_max) {
            return stop(ec, container_pointer(), "must have at most 64 members");
        }
        if (has_null_character_) return stop(ec, container_pointer(), "must not have U+0000 in a name");
        if (!object.names.insert(key_) && is_duplicate(object)) {
            auto at = container_pointer();
            append_pointer_step(at, key_);
            return stop(ec, std::move(at), "must be given only once");
        }
        return true;
    }

    bool on_string_part(parser_text part, std::size_t total, parser_error&) { return unescape(part, total); }
    bool on_string(parser_text part, std::size_t total, parser_error& ec) {
        auto const text = whole_string(part, total);
        if (has_null_character_) return stop(ec, value_pointer(), "must not contain U+0000");
        return add(kind::string, ec, [&](auto& node) { node.text = text; });
    }

    bool on_number_part(parser_text, parser_error&) { return true; }
    bool on_int64(std::int64_t number, parser_text, parser_error& ec) {
        return add(kind::integer, ec, [&](auto& node) { node.integer = number; });
    }
    bool on_uint64(std::uint64_t number, parser_text, parser_error& ec) {
        return add(kind::big_integer, ec, [&](auto& node) { node.big_integer = number; });
    }
    bool on_double(double number, parser_text text, parser_error& ec) {
        if (!std::isfinite(number)) return stop(ec, value_pointer(), "must be a smaller number");
        return add(kind::real, ec, [&](auto& node) {
            node.real = number;
            node.text = {text.data(), text.size()};
        });
    }
    bool on_bool(bool b, parser_error& ec) {
        return add(kind::boolean, ec, [&](auto& node) { node.boolean = b; });
    }
    bool on_null(parser_error& ec) {
        return add(kind::null, ec, [](auto&) {});
    }
    bool on_comment_part(parser_text, parser_error&) { return false; }
    bool on_comment(parser_text, parser_error&) { return false; }

    std::optional<error>& refusal() { return refusal_; }

    /// The innermost array or object that is being read.
    std::string container_pointer() const {
        std::string pointer;
        for (std::size_t i = 0; i + 1 < depth_; ++i) {
            auto const& child = tape_.nodes_[frames_[i + 1].node];
            append_step(pointer, frames_[i], child.key, frames_[i].children - 1);
        }
        return pointer;
    }

private:
    /// Says quickly that a name is new; a name it has "seen" must be looked up.
    class name_filter {
    public:
        bool insert(std::string_view name) {
            auto const first = name.empty() ? 0u : static_cast<unsigned char>(name.front());
            auto const last = name.empty() ? 0u : static_cast<unsigned char>(name.back());
            auto const bit = std::uint64_t{1} << ((name.size() * 7 + first * 31 + last * 3) % 64);
            bool const is_new = (seen_ & bit) == 0;
            seen_ |= bit;
            return is_new;
        }

    private:
        std::uint64_t seen_ = 0;
    };

    struct frame {
        std::size_t node;
        std::size_t children;
        name_filter names;
    };

    template <class Fill>
    bool add(kind k, parser_error& ec, Fill fill) {
        auto& nodes = tape_.nodes_;
        if (nodes.size() == most_nodes_) return stop(ec, container_pointer(), "must have fewer values");
        auto& node = nodes.emplace_back();
        node.kind = k;
        if (depth_ > 0) {
            node.key = key_;
            ++frames_[depth_ - 1].children;
        }
        fill(node);
        return true;
    }

    bool open(kind k, parser_error& ec) {
        if (depth_ == limits::json_depth_max) return stop(ec, value_pointer(), "must not be nested deeper than 16");
        auto const at = tape_.nodes_.size();
        if (!add(k, ec, [](auto&) {})) return false;
        frames_[depth_++] = frame{at, 0, {}};
        key_ = {};
        return true;
    }

    bool close() {
        auto const& done = frames_[--depth_];
        auto& node = tape_.nodes_[done.node];
        node.children = done.children;
        node.span = static_cast<std::uint32_t>(tape_.nodes_.size() - done.node);
        key_ = {};
        return true;
    }

    bool is_duplicate(frame const& object) const {
        auto const* sibling = &tape_.nodes_[object.node] + 1;
        for (std::size_t i = 0; i < object.children; ++i, sibling += sibling->span) {
            if (sibling->key == key_) return true;
        }
        return false;
    }

    /// A string comes in parts if it has escapes: they are put together in memory as large as the text, which no string
    /// of it can outgrow, so that it never moves.
    bool unescape(parser_text part, std::size_t total) {
        if (tape_.unescaped_capacity_ < text_.size()) {
            tape_.unescaped_ = std::make_unique_for_overwrite<char[]>(text_.size());
            tape_.unescaped_capacity_ = text_.size();
        }
        if (part.size() == total) string_start_ = unescaped_size_;
        std::memcpy(tape_.unescaped_.get() + unescaped_size_, part.data(), part.size());
        unescaped_size_ += part.size();
        return true;
    }

    std::string_view whole_string(parser_text last_part, std::size_t total) {
        bool const as_in_text = last_part.size() == total && points_into_text(last_part.data());
        has_null_character_ = false;  // without escapes there can be none: a bare one is no JSON
        if (as_in_text) return {last_part.data(), last_part.size()};
        unescape(last_part, total);
        std::string_view const whole(tape_.unescaped_.get() + string_start_, total);
        has_null_character_ = whole.find('\0') != std::string_view::npos;
        return whole;
    }

    bool points_into_text(char const* at) const {
        std::less_equal<char const*> const not_after;
        return not_after(text_.data(), at) && not_after(at, text_.data() + text_.size());
    }

    void append_step(std::string& pointer, frame const& parent, std::string_view key, std::size_t item) const {
        bool const is_member = tape_.nodes_[parent.node].kind == kind::object;
        is_member ? append_pointer_step(pointer, key) : append_pointer_step(pointer, item);
    }

    /// The value that is about to be added.
    std::string value_pointer() const {
        auto pointer = container_pointer();
        if (depth_ > 0) append_step(pointer, frames_[depth_ - 1], key_, frames_[depth_ - 1].children);
        return pointer;
    }

    bool stop(parser_error& ec, std::string pointer, char const* detail) {
        error_details details;
        details.errors.push_back({std::move(pointer), detail});
        refusal_ = error(error_code::malformed_request, std::move(details));
        ec = boost::json::error::syntax;
        return false;
    }

    tape& tape_;
    std::string_view text_;
    std::size_t most_nodes_;
    std::array<frame, limits::json_depth_max> frames_;
    std::size_t depth_ = 0;
    std::string_view key_;  // of the value that comes next
    std::size_t unescaped_size_ = 0;
    std::size_t string_start_ = 0;
    bool has_null_character_ = false;
    std::optional<error> refusal_;
};

namespace {

std::string describe(boost::system::error_code const& reason, std::string_view text, std::size_t stopped_at) {
    if (text.empty()) return "is empty: a JSON value must stand here";
    if (reason == boost::json::error::incomplete) return "ends before the value is complete";
    std::string detail = "is not JSON in UTF-8";
    if (reason == boost::json::error::extra_data) {
        detail = "must end after one JSON value";
    } else if (reason == boost::json::error::illegal_leading_surrogate ||
               reason == boost::json::error::illegal_trailing_surrogate ||
               reason == boost::json::error::expected_utf16_escape) {
        detail = "has half of a surrogate pair";
    } else if (reason == boost::json::error::exponent_overflow) {
        detail = "has a number that is too large";
    }
    detail += ", at byte ";
    append_number(detail, static_cast<std::uint64_t>(stopped_at));
    return detail;
}

}  // namespace

result<void> tape::parse(std::string_view text, std::size_t most_nodes) {
    boost::json::parse_options options;  // nothing beyond the standard
    options.max_depth = limits::json_depth_max + 1;
    boost::json::basic_parser<tape_writer> parser(options, *this, text, most_nodes);

    boost::system::error_code stopped;
    auto const read = parser.write_some(false, text.data(), text.size(), stopped);
    if (!stopped && read < text.size()) stopped = boost::json::error::extra_data;
    if (!stopped) return {};

    auto& writer = parser.handler();
    if (writer.refusal()) return *std::move(writer.refusal());
    error_details details;
    details.errors.push_back({writer.container_pointer(), describe(stopped, text, read)});
    return error(error_code::malformed_json, std::move(details));
}

result<tape> parse(std::string_view text) {
    tape read;
    if (auto parsed = read.parse(text); !parsed) return parsed.error();
    return read;
}

void tape::shrink(std::size_t most_nodes, std::size_t most_bytes) {
    if (nodes_.capacity() > most_nodes) std::vector<detail::node>().swap(nodes_);
    if (unescaped_capacity_ > most_bytes) {
        unescaped_.reset();
        unescaped_capacity_ = 0;
    }
}

namespace detail {

namespace {
struct tape_of_thread {
    tape kept;
    bool in_use = false;
};
thread_local tape_of_thread of_this_thread;
}  // namespace

borrowed_tape::borrowed_tape() {
    if (!of_this_thread.in_use) {
        of_this_thread.in_use = true;
        tape_ = &of_this_thread.kept;
    } else {
        own_ = std::make_unique<tape>();
        tape_ = own_.get();
    }
}

borrowed_tape::~borrowed_tape() {
    if (own_) return;
    constexpr std::size_t text_bytes_kept = 256 * 1024;  // a large import must not weigh on the thread for ever
    tape_->shrink(4096, text_bytes_kept);
    of_this_thread.in_use = false;
}

}  // namespace detail

}  // namespace shop::json
