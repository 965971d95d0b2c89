#pragma once

#include <gmock/gmock.h>

#include "products/batch.hpp"
#include "unit/held_rows.hpp"
#include "unit/refusals.hpp"

namespace shop::products::tests {

inline product_draft mug() {
    return product_draft("MUG-1", "Mug", eur(1999));
}
using shop::tests::code_of;
using shop::tests::pointers_of;

/// A catalogue in maps.
class product_rules : public ::testing::Test {
protected:
    std::vector<result<any_answer>> run_all(std::vector<any_command> commands) {
        batch b(std::move(commands));
        written = rows.run(b, {now});
        return b.take_answers();
    }
    std::vector<result<noted>> note_all(std::vector<note_availability> told) {
        note_batch b(std::move(told));
        written = rows.run(b, {now});
        return b.take_answers();
    }
    template <class Answer, class Command>
    result<Answer> run(Command c) {
        auto answers = run_all({std::move(c)});
        if (!answers[0]) return answers[0].error();
        return std::get<Answer>(*answers[0]);
    }
    result<product> create(product_draft d) { return run<product>(create_product(std::move(d))); }
    result<product> replace(product_draft d, std::optional<std::uint64_t> version) {
        auto const which = d.sku;
        return run<product>(replace_product(which, std::move(d), version));
    }
    result<product> archive(std::optional<std::uint64_t> version = {}) {
        return run<product>(archive_product(shop::sku("MUG-1"), version));
    }
    result<imported> import(product_draft d) { return run<imported>(import_product(std::move(d))); }
    /// The inventory says so much is available, now and later than before.
    void say_available(std::int64_t pieces) {
        now += std::chrono::seconds(1);
        note_availability said;
        said.sku = shop::sku("MUG-1");
        said.sequence = ++said_so_far;
        said.available = pieces;
        said.as_of = now;
        ASSERT_TRUE(note_all({said}).front());
    }
    /// The product as `get` answers it.
    product shown() { return rules::product_of(stored(), rows.find<availability_record>({shop::sku("MUG-1")})); }
    product_record stored() {
        auto const* row = rows.find<product_record>({shop::sku("MUG-1")});
        return row ? *row : product_record{};
    }

    std::uint64_t said_so_far = 0;
    shop::tests::held_rows<store_schema> rows;
    changes<store_schema> written;
    timestamp now{std::chrono::milliseconds(1'700'000'000'000)};
};

}  // namespace shop::products::tests
