#include <shop/json/json.hpp>

namespace shop::json {

namespace {

constexpr std::string_view code_rule =
    "must be 1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or digit";

/// The members of an amount; a type of its own because those of `money` are private.
struct amount_and_currency {
    std::int64_t amount = 0;
    shop::currency currency;

    static constexpr auto fields() {
        return std::tuple{required("amount", &amount_and_currency::amount),
                          required("currency", &amount_and_currency::currency)};
    }
};

/// Reads a string by a parser that answers an optional.
template <class T, class Parse>
bool read_parsed(reader& in, value v, T& out, Parse parse, std::string_view rule) {
    if (!v.is(kind::string)) return in.refuse_shape("must be a string");
    auto read = parse(v.as_string());
    if (!read) return in.refuse_value(rule);
    out = *std::move(read);
    return true;
}

void append_quoted(std::string& out, std::string_view plain) {
    out += '"';
    out += plain;
    out += '"';
}

}  // namespace

bool codec<raw>::read(reader&, value v, raw& out) {
    out.text.clear();
    append(out.text, v);
    return true;
}

bool codec<sku>::read(reader& in, value v, sku& out) {
    return read_parsed(in, v, out, sku::parse, code_rule);
}
void codec<sku>::write(std::string& out, sku const& v) {
    append_quoted(out, v.text());
}

bool codec<location>::read(reader& in, value v, location& out) {
    return read_parsed(in, v, out, location::parse, code_rule);
}
void codec<location>::write(std::string& out, location const& v) {
    append_quoted(out, v.text());
}

bool codec<quantity>::read(reader& in, value v, quantity& out) {
    std::int64_t pieces = 0;
    if (!detail::read_signed(in, v, 1, limits::quantity_max, pieces)) return false;
    out = quantity(pieces);
    return true;
}

bool codec<currency>::read(reader& in, value v, currency& out) {
    return read_parsed(in, v, out, currency::parse, "must be an ISO 4217 code of three capital letters, such as EUR");
}
void codec<currency>::write(std::string& out, currency v) {
    append_quoted(out, v.text());
}

bool codec<money>::read(reader& in, value v, money& out) {
    auto const amount = v.find("amount");
    bool const may_be_decimal = amount && (amount->is(kind::real) || amount->is(kind::string));
    if (may_be_decimal) {
        auto const code = v.find("currency");
        auto const why = refuse_decimal_amount(amount->number_text(), code ? code->as_string() : std::string_view{});
        reader::place here(in, "amount");
        if (why) return in.refuse_shape(*why);
    }
    amount_and_currency read;
    if (!read_members(in, v, read)) return false;
    out = money(read.amount, read.currency);
    return true;
}
void codec<money>::write(std::string& out, money v) {
    out += "{\"amount\":";
    append_number(out, v.amount());
    out += ",\"currency\":\"";
    out += v.currency().text();
    out += "\"}";
}

bool codec<timestamp>::read(reader& in, value v, timestamp& out) {
    return read_parsed(in, v, out, parse_timestamp, "must be a time as in RFC 3339, such as 2026-03-01T09:30:00.000Z");
}
void codec<timestamp>::write(std::string& out, timestamp v) {
    out += '"';
    shop::append(out, v);
    out += '"';
}

bool codec<uuid>::read(reader& in, value v, uuid& out) {
    return read_parsed(in, v, out, parse_uuid, "must be a UUID in lower case");
}
void codec<uuid>::write(std::string& out, uuid const& v) {
    out += '"';
    shop::append(out, v);
    out += '"';
}

}  // namespace shop::json
