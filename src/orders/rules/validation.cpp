// Whether what is asked for can be at all, before anything is looked up.

#include <shop/core/field_errors.hpp>
#include <shop/core/language_tag.hpp>
#include <shop/core/limits.hpp>
#include <shop/core/mail_address.hpp>
#include <shop/core/text.hpp>
#include <shop/orders/rules.hpp>

namespace shop::orders::rules {
namespace {

void check_text(field_errors& in, std::string const& value, std::size_t bytes_max, char const* pointer) {
    if (value.size() > bytes_max) {
        in.add(pointer, "must be at most " + std::to_string(bytes_max) + " bytes long");
    } else if (!is_plain_text(value)) {
        in.add(pointer, "must not contain control or direction-changing characters");
    }
}
void check_text(field_errors& in, std::optional<std::string> const& value, std::size_t bytes_max, char const* pointer) {
    if (value) check_text(in, *value, bytes_max, pointer);
}
/// As `check_text`, and something to be seen.
void check_name(field_errors& in, std::string const& value, std::size_t bytes_max, char const* pointer) {
    is_blank(value) ? in.add(pointer, "must not be empty or blank") : check_text(in, value, bytes_max, pointer);
}

void check(customer const& who, field_errors& found) {
    check_name(found, who.id, limits::customer_id_bytes_max, "/customer/id");
    if (who.email) {
        if (auto const why = refuse_mail_address(*who.email)) found.add("/customer/email", std::string(*why));
    }
    if (who.name) check_name(found, *who.name, limits::customer_name_bytes_max, "/customer/name");
    if (who.locale && !is_language_tag(*who.locale)) {
        found.add("/customer/locale", "must be a language tag of BCP 47 of at most 35 characters, such as de-AT");
    }
}

}  // namespace

result<void> check(place_order const& command) {
    field_errors found;
    check(command.customer, found);
    if (command.lines.empty()) found.add("/lines", "must have at least one line");
    if (command.lines.size() > limits::order_lines_max) {
        found.add("/lines", "must have at most " + std::to_string(limits::order_lines_max) + " lines");
    }
    for (std::size_t i = 0; i < command.lines.size() && i < limits::order_lines_max; ++i) {
        if (command.lines[i].sku.empty()) found.add("/lines/" + std::to_string(i) + "/sku", "must name a sku");
    }
    if (command.metadata.size() > limits::order_metadata_max) {
        found.add("/metadata", "must have at most " + std::to_string(limits::order_metadata_max) + " members");
    }
    for (auto const& [name, value] : command.metadata) {
        if (name.size() > limits::order_metadata_name_bytes_max || value.size() > limits::string_bytes_max ||
            !is_plain_text(name)) {
            found.add("/metadata", "names are at most 64 bytes of plain text, values at most 4096 bytes");
            break;
        }
    }
    if (command.expected_total && !command.expected_total->is_within_limits()) {
        found.add("/expected_total/amount", "must be at most " + std::to_string(limits::money_amount_max));
    }
    return std::move(found).done(error_code::invalid_value, "the order cannot be placed as it stands");
}

result<void> check(transition_order const& command) {
    field_errors found;
    check_text(found, command.note, limits::order_note_bytes_max, "/note");
    check_text(found, command.tracking, limits::order_tracking_bytes_max, "/tracking");
    return std::move(found).done(error_code::invalid_value, "the order cannot be moved like this");
}

}  // namespace shop::orders::rules
