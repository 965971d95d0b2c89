#include "import/importer.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <stdexcept>

#include <shop/testing/run.hpp>

namespace {

using namespace shop::products;
using shop::error;
using shop::error_code;
using shop::request;
using shop::requests;
using shop::result;
using shop::results;
using testing::ElementsAre;
namespace asio = boost::asio;

/// Time that passes as soon as somebody waits for it.
class hasty_clock final : public shop::scheduler {
public:
    shop::steady_time now() const override { return now_; }
    shop::timestamp stamp() const override { return {}; }
    asio::awaitable<void> sleep_until(shop::steady_time at) override {
        now_ = at;
        ++naps;
        co_return;
    }
    int naps = 0;

private:
    shop::steady_time now_{};
};

/// A catalogue that takes nothing but imports, and has bad moments.
class moody_catalogue final : public service {
public:
    std::vector<std::size_t> batches;  // their sizes
    std::vector<std::string> taken;    // skus, in order
    int bad_moments = 0;               // batches of which every second row is sent away

    results<imported> import(requests<import_product> requests) override {
        batches.push_back(requests.size());
        bool const bad = bad_moments > 0 && bad_moments-- > 0;
        std::vector<result<imported>> out;
        for (std::size_t i = 0; i < requests.size(); ++i) {
            auto const& draft = requests[i].command.merge;
            if (draft.name == std::optional<std::string>("refuse me")) {
                out.emplace_back(error(error_code::invalid_value, "no such name"));
            } else if (bad && i % 2 == 0) {
                out.emplace_back(error(error_code::store_unavailable));
            } else {
                taken.emplace_back(draft.sku.text());
                imported done;
                done.sku = draft.sku;
                done.outcome = import_outcome::created;
                out.emplace_back(done);
            }
        }
        co_return out;
    }

    results<product> create(requests<create_product>) override { throw std::logic_error("not here"); }
    results<product> get(requests<get_product>) override { throw std::logic_error("not here"); }
    results<offer> offers(requests<get_offer>) override { throw std::logic_error("not here"); }
    results<shop::page<product>> list(requests<list_products>) override { throw std::logic_error("not here"); }
    results<product> replace(requests<replace_product>) override { throw std::logic_error("not here"); }
    results<product> archive(requests<archive_product>) override { throw std::logic_error("not here"); }
    results<noted> note_availability(requests<shop::products::note_availability>) override {
        throw std::logic_error("not here");
    }
};

class importer : public testing::Test {
protected:
    result<void> import(std::string const& rows) {
        std::istringstream in("sku,name,price,currency\n" + rows);
        shop_server::row_file<shop_server::product_row> file(in, shop_server::file_format::csv);
        EXPECT_EQ(file.open(), std::nullopt);
        listener_.bad_row = [this](std::uint64_t line, std::string const& why) {
            bad_.push_back(std::to_string(line) + ": " + why);
        };
        return shop::testing::run(shop_server::import_rows(file, catalogue_, clock_, listener_, counts_));
    }
    static std::string row(int n) { return "S" + std::to_string(n) + ",Thing,100,EUR\n"; }

    hasty_clock clock_;
    moody_catalogue catalogue_;
    shop_server::import_listener listener_;
    shop_server::import_counts counts_;
    std::vector<std::string> bad_;
};

TEST_F(importer, sends_full_batches_and_then_the_rest) {
    std::string rows;
    for (int i = 0; i < 2'500; ++i) rows += row(i);
    EXPECT_TRUE(import(rows));
    EXPECT_THAT(catalogue_.batches, ElementsAre(1'024, 1'024, 452));
    EXPECT_EQ(counts_.rows, 2'500u);
    EXPECT_EQ(counts_.created, 2'500u);
}

TEST_F(importer, rows_sent_away_in_a_bad_moment_are_sent_again) {
    catalogue_.bad_moments = 2;
    EXPECT_TRUE(import(row(1) + row(2) + row(3) + row(4) + row(5)));
    EXPECT_THAT(catalogue_.batches, ElementsAre(5, 3, 2));
    EXPECT_THAT(catalogue_.taken, testing::UnorderedElementsAre("S1", "S2", "S3", "S4", "S5"));
    EXPECT_EQ(counts_.created, 5u);
    EXPECT_EQ(clock_.naps, 2);
    EXPECT_THAT(bad_, testing::IsEmpty());
}

TEST_F(importer, gives_up_when_the_bad_moment_does_not_pass) {
    catalogue_.bad_moments = 1'000;
    auto const outcome = import(row(1));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), error_code::store_unavailable);
    EXPECT_EQ(catalogue_.batches.size(), 6u);
}

TEST_F(importer, refused_rows_keep_their_own_line_numbers_through_a_repeat) {
    catalogue_.bad_moments = 1;
    EXPECT_TRUE(import(row(1) + "S2,refuse me,100,EUR\n" + row(3) + "no row\n" + "S5,refuse me,100,EUR\n"));
    EXPECT_THAT(bad_, ElementsAre("3: no such name", "5: has 1 fields, the header 4", "6: no such name"))
        << "in the order of the rows, whoever refused them";
    EXPECT_EQ(counts_.bad, 3u);
    EXPECT_EQ(counts_.created, 2u);
    EXPECT_EQ(counts_.rows, 5u);
}

TEST_F(importer, refuses_the_second_row_about_a_sku_also_batches_later) {
    std::string rows = row(1) + row(1);
    for (int i = 2; i < 1'500; ++i) rows += row(i);
    EXPECT_TRUE(import(rows + row(1)));
    EXPECT_THAT(bad_, ElementsAre("3: is what line 2 is about already", "1502: is what line 2 is about already"));
    EXPECT_EQ(counts_.created, 1'499u);
}

TEST_F(importer, of_no_rows_sends_nothing) {
    EXPECT_TRUE(import(""));
    EXPECT_THAT(catalogue_.batches, testing::IsEmpty());
}

}  // namespace
