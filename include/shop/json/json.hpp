#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <shop/core/describe.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/result.hpp>
#include <shop/json/detail/json_node.hpp>

/// Strict JSON by description of the types.
///
/// Reading is in two steps: a text becomes a `tape`, a flat list of nodes that point into the text, and a codec fills a
/// type from it. Refused are, beside everything RFC 8259 refuses: a byte order mark, invalid UTF-8, lone surrogates,
/// U+0000, duplicate keys, numbers beyond a double, nesting beyond `limits::json_depth_max`, objects of more than
/// `limits::json_members_max` members.
///
/// Every refusal says where (a JSON pointer, RFC 6901) and what to mend, and never repeats the refused value.
namespace shop::json {

/// What becomes of a member that a described type does not have: refused at the edge, ignored in events and between
/// services, whose members are only ever added to.
enum class unknown_members { refuse, ignore };

/// Nodes of one text at most: an import of `limits::import_items_max` rows fits.
inline constexpr std::size_t nodes_max = 262'144;
/// Refusals reported of one text at most.
inline constexpr std::size_t refusals_max = 16;
/// Longer names of members are not repeated in pointers: the pointer ends at the object that has them.
inline constexpr std::size_t key_bytes_shown_max = 64;

/// A view of one parsed value: as cheap as a pointer. Valid while its tape and the text live.
class value {
public:
    /// A forward iterator over the items of an array or the members of an object.
    class iterator {
    public:
        /// For `std::iterator_traits`.
        using value_type = value;
        /// For `std::iterator_traits`.
        using difference_type = std::ptrdiff_t;
        /// For `std::iterator_traits`.
        using iterator_category = std::forward_iterator_tag;

        iterator() = default;
        explicit iterator(detail::node const* at) : at_(at) {}  ///< Of a node of a tape.
        value operator*() const { return value(at_); }          ///< Item or member.
        /// To the next item or member, past all that is inside this one.
        iterator& operator++() {
            at_ += at_->span;
            return *this;
        }
        /// To the next item or member, past all that is inside this one.
        iterator operator++(int) {
            auto before = *this;
            ++*this;
            return before;
        }
        friend bool operator==(iterator, iterator) = default;

    private:
        detail::node const* at_ = nullptr;
    };

    explicit value(detail::node const* node) : node_(node) {}  ///< Of a node of a tape, which must outlive this.

    json::kind kind() const { return node_->kind; }           ///< As the text has it.
    bool is(json::kind k) const { return node_->kind == k; }  ///< Whether it is of that kind.
    bool is_null() const { return is(json::kind::null); }     ///< Whether it is JSON's `null`.

    /// The name of a member; empty for items and the root.
    std::string_view key() const { return node_->key; }

    /// @pre the value is of that kind.
    bool as_bool() const { return node_->boolean; }
    std::int64_t as_int64() const { return node_->integer; }        ///< @pre the value is of that kind.
    std::uint64_t as_uint64() const { return node_->big_integer; }  ///< @pre the value is of that kind.
    double as_double() const { return node_->real; }                ///< @pre the value is of that kind.
    /// UTF-8, valid while the tape lives. @pre the value is of that kind.
    std::string_view as_string() const { return node_->text; }
    /// A real number as the text has it: no digit is lost.
    std::string_view number_text() const { return node_->text; }

    /// How many items an array or members an object has; 0 for anything else.
    std::size_t size() const { return is_container() ? static_cast<std::size_t>(node_->children) : 0; }
    /// Items of an array, members of an object, in the order of the text.
    iterator begin() const { return iterator(node_ + 1); }
    /// Past the last item or member.
    iterator end() const { return iterator(node_ + (is_container() ? node_->span : 1)); }

    /// A member of an object; nothing for anything else.
    std::optional<value> find(std::string_view key) const {
        if (!is(json::kind::object)) return std::nullopt;
        for (auto member : *this) {
            if (member.key() == key) return member;
        }
        return std::nullopt;
    }

private:
    bool is_container() const { return node_->kind >= json::kind::array; }

    detail::node const* node_;
};

/// A parsed text. Strings without escapes point into the text, which must outlive the tape; the others into the tape.
/// @par Thread safety
/// Distinct objects: safe. Shared objects: safe to read.
class tape {
public:
    /// @pre the last `parse` succeeded.
    value root() const { return value(nodes_.data()); }

    /// Reads another text into this tape, whose memory is used again.
    /// @par Errors
    /// `malformed_json` if the text is not JSON; `malformed_request` for duplicate keys and whatever exceeds a limit.
    result<void> parse(std::string_view text, std::size_t most_nodes = nodes_max);

    /// Gives memory back that exceeds these; what was parsed is gone then.
    void shrink(std::size_t most_nodes, std::size_t most_bytes);

private:
    friend class tape_writer;

    std::vector<detail::node> nodes_;
    std::unique_ptr<char[]> unescaped_;  // never moves while views into it live
    std::size_t unescaped_capacity_ = 0;
};

/// Reads a text; `text` must outlive the tape.
/// @par Errors
/// As `tape::parse`.
result<tape> parse(std::string_view text);

/// Where a decoder stands, and what it has refused so far. Codecs talk to it.
class reader {
public:
    /// @param base_pointer stands before all pointers of this reader; must outlive it
    explicit reader(unknown_members unknown, std::string_view base_pointer = {})
        : unknown_(unknown), base_(base_pointer) {}

    unknown_members unknown() const { return unknown_; }  ///< What becomes of members that are not described.

    /// Steps into a member or an item for as long as the object lives.
    class [[nodiscard]] place {
    public:
        /// Steps into a member; its name must outlive this.
        place(reader& in, std::string_view member) : reader_(in) { in.push({member, 0, true}); }
        /// Steps into an item, counted from 0.
        place(reader& in, std::size_t item) : reader_(in) { in.push({{}, item, false}); }
        ~place() { --reader_.depth_; }
        place(place const&) = delete;
        place& operator=(place const&) = delete;

    private:
        reader& reader_;
    };

    /// Refuses what stands here: of another shape than declared (`malformed_request`).
    /// @param detail what to mend, after "the value": `must be a string`.
    /// @return false, so that a codec can return it.
    bool refuse_shape(std::string_view detail);
    /// Refuses what stands here: the declared shape, but no value for this place (`invalid_value`).
    bool refuse_value(std::string_view detail);

    bool refused() const { return !refusals_.empty(); }  ///< Whether anything was.
    /// The refusals as one error: `malformed_request` if any was about shape, else `invalid_value`.
    error to_error() &&;

private:
    struct step {
        std::string_view member;
        std::size_t item;
        bool is_member;
    };
    void push(step s) { path_[depth_++] = s; }
    void refuse(std::string_view detail);

    std::array<step, limits::json_depth_max + 4> path_;
    std::size_t depth_ = 0;
    unknown_members unknown_;
    std::string_view base_;
    bool malformed_ = false;
    std::vector<field_error> refusals_;
};

/// How a type is read and written. Specialise it for own types that are not described:
///
///     template <> struct shop::json::codec<colour> {
///         static bool read(reader& in, value v, colour& out);          // false after in.refuse_...
///         static void write(std::string& out, colour const& c);        // appends one JSON value
///     };
///
/// There are codecs for bool, integers, std::string, std::optional, std::vector, std::map with string keys, described
/// types, worded enums, and the vocabulary of the shop. A described type is default-constructed, then its members are
/// filled in. Null and a missing member both read as an empty std::optional.
///
/// Written, a `presence::optional` member that is an empty std::optional, string, vector or map is left out; an empty
/// std::optional that is `presence::required` is written as null.
template <class T>
struct codec;

/// Fills a type from a parsed value.
/// @param base_pointer the JSON pointer of `from` itself, for refusals; empty at the root.
/// @par Errors
/// `malformed_request`, `invalid_value`, with up to `refusals_max` places.
template <class T>
result<T> decode(value from, unknown_members unknown = unknown_members::refuse, std::string_view base_pointer = {}) {
    reader in(unknown, base_pointer);
    T out{};
    if (codec<T>::read(in, from, out) && !in.refused()) return out;
    return std::move(in).to_error();
}

namespace detail {
/// The tape of this thread, or a new one when that is in use further up the stack.
class borrowed_tape {
public:
    borrowed_tape();
    ~borrowed_tape();
    borrowed_tape(borrowed_tape const&) = delete;
    borrowed_tape& operator=(borrowed_tape const&) = delete;
    tape& operator*() const { return *tape_; }
    tape* operator->() const { return tape_; }

private:
    tape* tape_;
    std::unique_ptr<tape> own_;
};
}  // namespace detail

/// Reads a text into a type.
/// @par Errors
/// `malformed_json`, `malformed_request`, `invalid_value`.
template <class T>
result<T> decode(std::string_view text, unknown_members unknown = unknown_members::refuse) {
    detail::borrowed_tape tape;
    if (auto read = tape->parse(text); !read) return read.error();
    return decode<T>(tape->root(), unknown);
}

/// Appends a value as compact JSON.
template <class T>
void append(std::string& out, T const& v) {
    codec<T>::write(out, v);
}

/// A described value, or one that has a codec, as JSON without white space.
template <class T>
std::string encode(T const& v) {
    std::string out;
    append(out, v);
    return out;
}

/// Appends a string literal. @pre `text` is UTF-8.
void append_string(std::string& out, std::string_view text);
void append_number(std::string& out, std::int64_t number);   ///< Appends it in decimal, without an exponent.
void append_number(std::string& out, std::uint64_t number);  ///< Appends it in decimal, without an exponent.

/// Sets a member of the type that `decode` would fill, from the text of a path segment or a query parameter: numbers
/// and bools as JSON writes them, lists separated by commas, anything else as it stands.
/// @param in collects the refusals, at the place where it stands; its base pointer may be the name of the parameter.
template <class T>
bool read_parameter(reader& in, std::string_view text, T& out);

}  // namespace shop::json

#include <shop/json/detail/json_codecs.hpp>
