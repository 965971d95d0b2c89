#include "products/batch.hpp"

namespace shop::products {

namespace {

template <class Answer>
result<any_answer> any(result<Answer> answer) {
    if (!answer) return answer.error();
    return any_answer(std::move(*answer));
}

result<any_answer> apply_one(rules::rows& all, create_product const& c, attempt const& now) {
    return any(rules::create(all, c, now));
}
result<any_answer> apply_one(rules::rows& all, replace_product const& c, attempt const& now) {
    return any(rules::replace(all, c, now));
}
result<any_answer> apply_one(rules::rows& all, archive_product const& c, attempt const& now) {
    return any(rules::archive(all, c, now));
}
result<any_answer> apply_one(rules::rows& all, import_product const& c, attempt const& now) {
    return any(rules::import(all, c, now));
}

}  // namespace

void batch::want(keys& all, any_command const& command) const {
    std::visit([&](auto const& c) { rules::want(all, c); }, command);
}

result<any_answer> batch::apply(rows& all, any_command const& command, attempt const& now) const {
    return std::visit([&](auto const& c) { return apply_one(all, c, now); }, command);
}

bool batch::stands(rows const& all, any_answer const& answer) const {
    auto const* then = std::get_if<product>(&answer);  // imports are never refused for what they did
    if (then == nullptr) return false;
    auto const* row = all.find<product_record>({then->sku});
    if (row == nullptr) return false;
    auto now = rules::product_of(*row, nullptr);
    now.availability = then->availability;
    now.availability_sequence = then->availability_sequence;
    return now == *then;
}

void note_batch::want(keys& all, note_availability const& command) const {
    rules::want(all, command);
}

result<noted> note_batch::apply(rows& all, note_availability const& command, attempt const&) const {
    return rules::note(all, command);
}

}  // namespace shop::products
