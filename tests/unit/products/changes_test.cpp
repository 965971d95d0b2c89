#include "fixture.hpp"

namespace shop::products::tests {

using ::testing::ElementsAre;
using ::testing::SizeIs;

class creating : public product_rules {};
class replacing : public product_rules {};
class archiving : public product_rules {};
class importing : public product_rules {};
class products_batch : public product_rules {};

TEST_F(creating, adds_a_product_at_version_1) {
    auto const made = create(mug().active().describe("holds coffee").tag("kitchen"));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->sku, sku("MUG-1"));
    EXPECT_EQ(made->name, "Mug");
    EXPECT_EQ(made->description, "holds coffee");
    EXPECT_EQ(made->price, eur(1999));
    EXPECT_EQ(made->status, status::active);
    EXPECT_THAT(made->tags, ElementsAre("kitchen"));
    EXPECT_EQ(made->version, 1u);
    EXPECT_EQ(made->created_at, now);
    EXPECT_EQ(made->updated_at, now);
    EXPECT_EQ(made->availability.status, availability_status::out_of_stock);
    EXPECT_EQ(stored().version, 1u);
}

TEST_F(creating, refuses_a_sku_that_exists) {
    ASSERT_TRUE(create(mug()));
    EXPECT_EQ(code_of(create(mug())), error_code::already_exists);
    EXPECT_TRUE(written.empty());
}

TEST_F(creating, gives_a_sku_to_the_first_of_a_batch) {
    auto const answers = run_all({create_product(mug()), create_product(mug())});
    EXPECT_TRUE(answers[0]);
    EXPECT_EQ(code_of(answers[1]), error_code::already_exists);
}

TEST_F(creating, refuses_an_invalid_draft) {
    auto const refused = create(product_draft("MUG-1", "", eur(-1)));
    ASSERT_EQ(code_of(refused), error_code::invalid_value);
    EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/name", "/price/amount"));
}

TEST_F(creating, shows_what_the_inventory_said_before) {
    note_availability said;
    said.sku = sku("MUG-1");
    said.sequence = 7;
    said.available = 3;
    ASSERT_TRUE(note_all({said}).front());
    auto const made = create(mug());
    EXPECT_EQ(made->availability.available, 3);
    EXPECT_EQ(made->availability_sequence, 7u);
}

TEST_F(replacing, changes_all_that_a_caller_may_say) {
    ASSERT_TRUE(create(mug().describe("holds coffee").tag("kitchen")));
    auto const born = now;
    now += std::chrono::seconds(5);
    auto changed = product_draft("MUG-1", "Large mug", usd(2499)).active();
    changed.attributes = {{"volume", "0.5 l"}};
    changed.options = {{"size", "L"}};
    changed.group = "mugs";
    auto const made = replace(changed, 1);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->name, "Large mug");
    EXPECT_EQ(made->description, "");
    EXPECT_EQ(made->price, usd(2499));
    EXPECT_THAT(made->tags, SizeIs(0));
    EXPECT_EQ(made->attributes, changed.attributes);
    EXPECT_EQ(made->options, changed.options);
    EXPECT_EQ(made->group, "mugs");
    EXPECT_EQ(made->version, 2u);
    EXPECT_EQ(made->created_at, born);
    EXPECT_EQ(made->updated_at, now);
}

TEST_F(replacing, never_creates) {
    EXPECT_EQ(code_of(replace(mug(), 1)), error_code::not_found);
}

TEST_F(replacing, needs_the_version_that_was_seen) {
    ASSERT_TRUE(create(mug()));
    EXPECT_EQ(code_of(replace(mug(), std::nullopt)), error_code::version_required);
    auto const stale = replace(mug(), 7);
    ASSERT_EQ(code_of(stale), error_code::version_mismatch);
    EXPECT_EQ(stale.error().details().current_version, 1u);
    EXPECT_TRUE(written.empty());
}

TEST_F(replacing, of_two_that_saw_one_version_takes_the_first) {
    ASSERT_TRUE(create(mug()));
    auto const answers =
        run_all({replace_product(sku("MUG-1"), mug().tag("a"), 1), replace_product(sku("MUG-1"), mug().tag("b"), 1),
                 replace_product(sku("MUG-1"), mug().tag("c"), 2)});
    EXPECT_EQ(std::get<product>(*answers[0]).version, 2u);
    EXPECT_EQ(code_of(answers[1]), error_code::version_mismatch);
    EXPECT_EQ(std::get<product>(*answers[2]).version, 3u);
    EXPECT_EQ(stored().version, 3u);
    EXPECT_EQ(stored().revision, 2u);
    EXPECT_THAT(stored().content->tags, ElementsAre("c"));
}

TEST_F(replacing, refuses_the_draft_of_another_sku) {
    ASSERT_TRUE(create(mug()));
    auto const refused = run<product>(replace_product(sku("MUG-1"), product_draft("MUG-2", "Mug", eur(1)), 1));
    ASSERT_EQ(code_of(refused), error_code::invalid_value);
    EXPECT_THAT(pointers_of(refused.error()), ElementsAre("/sku"));
}

TEST_F(replacing, takes_back_what_was_read) {
    ASSERT_TRUE(create(mug().active().describe("holds coffee").tag("kitchen")));
    say_available(3);
    auto const read = shown();
    auto sent = edited_product(read);
    sent.name = "Large mug";
    auto const made = run<product>(replace_product(sku("MUG-1"), sent, 1));
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->name, "Large mug");
    EXPECT_EQ(made->description, "holds coffee");
    EXPECT_EQ(made->tags, read.tags);
    EXPECT_EQ(made->version, 2u);
}

TEST_F(replacing, refuses_a_change_of_what_only_the_shop_sets) {
    auto const read = create(mug());
    ASSERT_TRUE(read);
    auto const refused_at = [&](auto change) {
        auto sent = edited_product(*read);
        change(sent);
        auto const refused = run<product>(replace_product(sku("MUG-1"), sent, 1));
        EXPECT_EQ(code_of(refused), error_code::invalid_value);
        EXPECT_TRUE(written.empty());
        return refused ? std::vector<std::string>{} : pointers_of(refused.error());
    };
    using std::chrono::seconds;
    EXPECT_THAT(refused_at([](auto& p) { p.version = 9; }), ElementsAre("/version"));
    EXPECT_THAT(refused_at([](auto& p) { *p.created_at += seconds(1); }), ElementsAre("/created_at"));
    EXPECT_THAT(refused_at([](auto& p) { *p.updated_at += seconds(1); }), ElementsAre("/updated_at"));
    EXPECT_THAT(refused_at([](auto& p) { p.availability->available = 9; }), ElementsAre("/availability"));
    EXPECT_THAT(refused_at([](auto& p) {
                    p.version = 9;
                    p.availability->status = availability_status::in_stock;
                }),
                ElementsAre("/version", "/availability"));
}

TEST_F(replacing, takes_an_availability_that_has_changed_since_it_was_read) {
    auto const before = create(mug());
    say_available(3);
    EXPECT_TRUE(run<product>(replace_product(sku("MUG-1"), edited_product(*before), 1)))
        << "read before anything was known";
    auto sent = edited_product(shown());
    say_available(2);
    EXPECT_TRUE(run<product>(replace_product(sku("MUG-1"), sent, 2))) << "read before the last word";
    sent.version = 3;
    sent.updated_at = now;
    sent.availability->as_of = now;
    EXPECT_THAT(pointers_of(run<product>(replace_product(sku("MUG-1"), sent, 3)).error()), ElementsAre("/availability"))
        << "3 pieces were not available at that time";
}

TEST_F(replacing, leaves_a_price_in_a_currency_that_was_withdrawn_since) {
    product_record old;
    old.sku = sku("MUG-1");
    old.version = 1;
    old.name = "Mug";
    old.price = money(1999, *currency::parse("HRK"));
    rows.hold(old);
    auto edited = mug();
    edited.price = money(1999, *currency::parse("HRK"));
    EXPECT_TRUE(replace(edited, 1)) << "as it was";
    EXPECT_TRUE(import(edited));
    edited.price = money(1999, *currency::parse("BGN"));
    EXPECT_THAT(pointers_of(replace(edited, 2).error()), ElementsAre("/price/currency"));
    EXPECT_THAT(pointers_of(import(edited).error()), ElementsAre("/price/currency"));
    edited.sku = sku("MUG-2");
    EXPECT_THAT(pointers_of(create(edited).error()), ElementsAre("/price/currency")) << "new";
}

TEST_F(replacing, refuses_an_invalid_draft) {
    ASSERT_TRUE(create(mug()));
    EXPECT_EQ(code_of(replace(product_draft("MUG-1", "", eur(1)), 1)), error_code::invalid_value);
}

TEST_F(replacing, brings_an_archived_product_back) {
    ASSERT_TRUE(create(mug().active()));
    ASSERT_TRUE(archive());
    auto const back = replace(mug().active(), 2);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->status, status::active);
}

TEST_F(replacing, never_stamps_a_product_before_its_last_change) {
    ASSERT_TRUE(create(mug()));
    auto const before = now;
    now -= std::chrono::hours(1);
    EXPECT_EQ(replace(mug(), 1)->updated_at, before);
}

TEST_F(archiving, takes_a_product_off_the_market) {
    ASSERT_TRUE(create(mug().active()));
    auto const gone = archive(1);
    ASSERT_TRUE(gone);
    EXPECT_EQ(gone->status, status::archived);
    EXPECT_EQ(gone->version, 2u);
    EXPECT_EQ(gone->name, "Mug");
}

TEST_F(archiving, changes_nothing_the_second_time) {
    ASSERT_TRUE(create(mug()));
    auto const first = archive(1);
    auto const again = archive(1);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *first);
    EXPECT_TRUE(written.empty());
}

TEST_F(archiving, compares_the_version_only_when_one_is_given) {
    ASSERT_TRUE(create(mug()));
    EXPECT_EQ(code_of(archive(9)), error_code::version_mismatch);
    EXPECT_TRUE(archive());
}

TEST_F(archiving, of_an_unknown_product_is_refused) {
    EXPECT_EQ(code_of(archive()), error_code::not_found);
}

TEST_F(importing, creates_updates_or_leaves_alone) {
    auto const made = import(mug().tag("kitchen"));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->outcome, import_outcome::created);
    EXPECT_EQ(made->version, 1u);
    auto const same = import(mug().tag("kitchen"));
    EXPECT_EQ(same->outcome, import_outcome::unchanged);
    EXPECT_EQ(same->version, 1u);
    EXPECT_TRUE(written.empty());
    auto const other = import(mug().tag("office"));
    EXPECT_EQ(other->outcome, import_outcome::updated);
    EXPECT_EQ(other->version, 2u);
}

TEST_F(importing, notices_each_member_that_differs) {
    auto const base = mug().describe("d").tag("t");
    ASSERT_TRUE(import(base));
    std::vector<product_draft> others(8, base);
    others[0].name = "Cup";
    others[1].description = "e";
    others[2].price = eur(1);
    others[3].status = status::active;
    others[4].tags = {"u"};
    others[5].attributes = {{"a", "b"}};
    others[6].group = "g";
    others[7].options = {{"o", "p"}};
    for (auto const& other : others) {
        EXPECT_EQ(import(other)->outcome, import_outcome::updated);
        EXPECT_EQ(import(base)->outcome, import_outcome::updated);
    }
}

TEST_F(importing, leaves_what_is_not_said_as_it_is) {
    auto whole = mug().describe("Enamel").tag("kitchen").active();
    whole.attributes = {{"colour", "blue"}};
    whole.group = "mugs";
    whole.options = {{"size", "L"}};
    ASSERT_TRUE(create(whole));
    product_merge cheaper(shop::sku("MUG-1"));
    cheaper.price = eur(900);
    ASSERT_EQ(run<imported>(import_product(cheaper))->outcome, import_outcome::updated);
    EXPECT_EQ(stored().name, "Mug");
    EXPECT_EQ(stored().price, eur(900));
    EXPECT_EQ(stored().status, status::active);
    EXPECT_EQ(stored().content.get(),
              (product_content{"Enamel", {"kitchen"}, {{"colour", "blue"}}, "mugs", {{"size", "L"}}, "local"}));
    EXPECT_EQ(run<imported>(import_product(cheaper))->outcome, import_outcome::unchanged);
    ASSERT_TRUE(archive());
    cheaper.name = "Blue mug";
    EXPECT_EQ(run<imported>(import_product(cheaper))->outcome, import_outcome::updated);
    EXPECT_EQ(stored().status, status::archived) << "what is off the market stays off it";
    product_merge bare(shop::sku("MUG-1"));
    bare.description = "";
    bare.tags.emplace();
    bare.group = "";
    ASSERT_TRUE(run<imported>(import_product(bare)));
    EXPECT_EQ(stored().content->description, "");
    EXPECT_THAT(stored().content->tags, ::testing::IsEmpty());
    EXPECT_EQ(stored().content->group, std::nullopt);
}

TEST_F(importing, of_a_new_product_wants_a_name_and_a_price_and_offers_it) {
    product_merge merge(shop::sku("MUG-1"));
    auto const refused = run<imported>(import_product(merge));
    ASSERT_EQ(code_of(refused), error_code::invalid_value);
    EXPECT_THAT(pointers_of(refused.error()), ::testing::ElementsAre("/name", "/price"));
    merge.name = "Mug";
    merge.price = eur(900);
    EXPECT_EQ(run<imported>(import_product(merge))->outcome, import_outcome::created);
    EXPECT_EQ(stored().status, status::active);
}

TEST_F(importing, refuses_only_the_bad_rows) {
    auto const answers = run_all({import_product(mug()), import_product(product_draft("CUP", "", eur(1))),
                                  import_product(product_draft("PLATE", "Plate", eur(1)))});
    EXPECT_TRUE(answers[0]);
    EXPECT_EQ(code_of(answers[1]), error_code::invalid_value);
    EXPECT_TRUE(answers[2]);
    EXPECT_THAT(written.puts<product_record>(), SizeIs(2));
}

TEST_F(products_batch, answers_a_second_run_after_an_unknown_commit_as_the_first) {
    ASSERT_TRUE(create(product_draft("CUP", "Cup", eur(1))));
    batch b({create_product(mug()), replace_product(sku("CUP"), product_draft("CUP", "Big cup", eur(2)), 1),
             import_product(product_draft("PLATE", "Plate", eur(3)))});
    rows.run(b, {now, 1});
    now += std::chrono::seconds(1);
    EXPECT_TRUE(rows.run(b, {now, 2}).empty());
    auto const answers = b.take_answers();
    ASSERT_TRUE(answers[0]);
    EXPECT_EQ(std::get<product>(*answers[0]).version, 1u);
    ASSERT_TRUE(answers[1]);
    EXPECT_EQ(std::get<product>(*answers[1]).version, 2u);
    EXPECT_TRUE(answers[2]);
}

TEST_F(products_batch, records_who_changed_a_product_last) {
    auto const ann = std::make_shared<principal const>(principal{"ann", {"*"}, {}});
    auto const bob = std::make_shared<principal const>(principal{"bob", {"*"}, {}});
    batch b(
        {create_product(mug()), create_product(product_draft("CUP", "Cup", eur(1))), archive_product(sku("CUP"), 1)},
        {ann, ann, bob});
    rows.run(b, {now});
    EXPECT_EQ(stored().content->changed_by, "ann");
    EXPECT_EQ(rows.find<product_record>({sku("CUP")})->content->changed_by, "bob");
    batch same({import_product(mug())}, {bob});
    EXPECT_TRUE(rows.run(same, {now}).empty()) << "nothing changed";
    batch other({replace_product(sku("MUG-1"), mug().tag("blue"), 1)}, {bob});
    rows.run(other, {now});
    EXPECT_EQ(shown().changed_by, "bob");
}

TEST_F(products_batch, is_refused_in_the_second_run_when_somebody_else_was_faster) {
    batch b({create_product(mug())});
    rows.decide(b, {now, 1});  // decided, but never written: a conflict
    ASSERT_TRUE(create(mug().tag("another")));
    rows.run(b, {now, 2});
    EXPECT_EQ(code_of(b.take_answers()[0]), error_code::already_exists);
}

}  // namespace shop::products::tests
