// What goes statement by statement, through libpqxx: faults, transactions, and answers that are another's.

#include "postgres_fixture.hpp"
#include "support/mixing_link.hpp"

namespace shop::postgres_tests {
namespace {

using postgres::fault;
using postgres::session;
using postgres::trouble;

class postgres_sessions : public postgres_test {
protected:
    session connect() { return {postgres::connect_string(url, options), options}; }

    /// What comes of it; a word for what it should not be.
    template <class Run>
    static trouble trouble_of(Run run) {
        try {
            run();
        } catch (trouble const& t) {
            return t;
        }
        return {fault::unavailable, "none", "none"};
    }
    static trouble trouble_of(session& on, std::string const& sql) {
        return trouble_of([&] { on.execute(sql); });
    }
    static std::string raise(std::string const& state) {
        return "DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '" + state + "'; END $$";
    }

    storage::postgres_options options;
};

TEST_F(postgres_sessions, say_what_the_server_said_as_the_pipelines_do) {
    auto on = connect();
    on.execute("CREATE TABLE one (x int UNIQUE); INSERT INTO one VALUES (17)");
    struct row {
        std::string sql;
        fault why;
        std::string state;
    };
    for (auto const& [sql, why, state] : std::vector<row>{{"SELECT 1 / 0", fault::conflict, "22012"},
                                                          {"INSERT INTO one VALUES (17)", fault::conflict, "23505"},
                                                          {"SELECT 'secret'::int", fault::refused, "22P02"},
                                                          {"SELECT * FROM nowhere", fault::unavailable, "42P01"},
                                                          {"SELECT pg_sleep(60)", fault::unavailable, "57014"},
                                                          {raise("40000"), fault::contended, "40000"},
                                                          {raise("40001"), fault::contended, "40001"},
                                                          {raise("40P01"), fault::contended, "40P01"},
                                                          {raise("53100"), fault::unavailable, "53100"},
                                                          {raise("XX001"), fault::corrupt, "XX001"}}) {
        on.execute("SET statement_timeout = 50");
        auto const came = trouble_of(on, sql);
        EXPECT_EQ(came.why(), why) << sql << ": " << came.what();
        EXPECT_EQ(came.state(), state) << sql << ": " << came.what();
        EXPECT_EQ(std::string(came.what()).find_first_of("\n"), std::string::npos) << came.what();
        for (auto const* value : {"17", "secret"})
            EXPECT_EQ(std::string(came.what()).find(value), std::string::npos) << came.what();
    }
    EXPECT_STREQ(trouble_of(on, raise("53100")).what(), "so it is");
    EXPECT_EQ(trouble_of(on, "SELECT 1").state(), "none") << "it is as good as before";
}

TEST_F(postgres_sessions, that_are_lost_stay_lost) {
    for (auto const& end :
         {std::string("SELECT pg_terminate_backend(pg_backend_pid())"), raise("40003"), raise("08006")}) {
        auto on = connect();
        EXPECT_EQ(trouble_of(on, end).why(), fault::lost) << end;
        EXPECT_EQ(trouble_of(on, "SELECT 1").why(), fault::lost) << end << ": what was set went with it";
        EXPECT_EQ(trouble_of([&] { session::work again(on); }).why(), fault::lost) << end;
    }
}

TEST_F(postgres_sessions, do_not_wait_for_ever_for_a_server_that_is_silent) {
    options.statement_timeout = std::chrono::milliseconds(500);
    auto on = connect();
    on.execute("SET statement_timeout = 0");  // it does not keep to it
    auto const came = trouble_of(on, "SELECT pg_sleep(60)");
    EXPECT_EQ(came.why(), fault::lost);
    EXPECT_STREQ(came.what(), "no answer for 5500 ms");
    EXPECT_EQ(trouble_of(on, "SELECT 1").why(), fault::lost);
}

TEST_F(postgres_sessions, ask_with_parameters_prepared_or_not) {
    using namespace postgres;
    static statement const what("SELECT $1::text AS a, $2::bigint AS b",
                                rows_of({{"a", types::text}, {"b", types::bigint}}, 1));
    for (auto const as : {storage::postgres_pooler::none, storage::postgres_pooler::transaction}) {
        options.pooler = as;
        auto on = connect();
        for (int round = 0; round < 2; ++round) {
            session::snapshot within(on);
            auto const said = on.ask(what, {{"it's \"so\" \\ $1", false, false}, {{}, true, false}});
            EXPECT_EQ(said.at(0, 0), "it's \"so\" \\ $1");
            EXPECT_EQ(said.at(0, 1), std::nullopt);
            EXPECT_EQ(shown(on, "transaction_isolation"), "repeatable read");
            EXPECT_EQ(shown(on, "transaction_read_only"), "on");
            EXPECT_EQ(shown(on, "enable_seqscan"), "off");
            within.commit();
        }
        auto const prepared =
            on.ask("SELECT count(*) AS n FROM pg_prepared_statements", rows_of({{"n", types::bigint}}, 1));
        EXPECT_EQ(prepared.at(0, 0), as == storage::postgres_pooler::none ? "1" : "0");
    }
}

TEST_F(postgres_sessions, keep_what_was_committed_and_nothing_else) {
    auto on = connect();
    on.execute("CREATE TABLE two (x int); SET default_transaction_isolation = 'serializable'");
    {
        session::work given_up(on);
        on.execute("INSERT INTO two VALUES (1)");
    }
    EXPECT_THROW(
        {
            session::work failed(on);
            on.execute("INSERT INTO two VALUES (2)");
            on.execute(raise("XX000"));
        },
        trouble);
    session::work kept(on);
    on.execute("INSERT INTO two VALUES (3)");
    EXPECT_EQ(shown(on, "transaction_isolation"), "read committed");
    kept.commit();
    EXPECT_EQ(sql("SELECT * FROM two"), "3");
}

TEST_F(postgres_sessions, do_not_know_what_became_of_a_commit_in_which_they_were_lost) {
    auto on = connect();
    on.execute(
        "CREATE TABLE three (x int); CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
        "pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; CREATE CONSTRAINT TRIGGER die AFTER INSERT ON "
        "three "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()");
    session::work step(on);
    on.execute("INSERT INTO three VALUES (1)");
    EXPECT_EQ(trouble_of([&] { step.commit(); }).why(), fault::in_doubt);
}

TEST_F(postgres_sessions, refuse_an_answer_of_another_shape_and_are_lost_with_it) {
    using namespace postgres;
    auto const expected = rows_of({{"a", types::bigint}, {"b", types::text}}, 1);
    for (auto const* other :
         {"SELECT 1::bigint AS a", "SELECT 1::bigint AS a, ''::text AS c", "SELECT 1 AS a, ''::text AS b",
          "SELECT 1::bigint AS a, ''::text AS b, 1 AS c", "SELECT 1::bigint AS a, ''::text AS b WHERE false",
          "SELECT 1::bigint AS a, ''::text AS b FROM generate_series(1, 2)", "SET jit = off", ""}) {
        auto on = connect();
        EXPECT_EQ(trouble_of([&] { (void)on.ask(other, expected); }).state(), "misfit") << other;
        EXPECT_EQ(trouble_of(on, "SELECT 1").why(), fault::lost) << other;
    }
    auto on = connect();
    auto const said = on.ask("SELECT NULL::bigint AS a, 'x'::text AS b", expected);
    EXPECT_EQ(trouble_of([&] { (void)text_reader(said).integer(); }).state(), "misfit");
    EXPECT_EQ(said.size(), 1u);
}

TEST_F(postgres_sessions, whose_answers_are_mixed_up_open_a_store_or_refuse_to) {
    auto const born = open().orders->epoch();
    constexpr unsigned seed = 20261128;
    shop_test::mixing_link between(server.socket_folder() + "/.s.PGSQL.5432", seed);
    url = "postgresql://shop@127.0.0.1:" + std::to_string(between.port()) + "/" + database +
          "?sslmode=disable&gssencmode=disable";
    between.mix_one_in(12);
    std::atomic<int> opened = 0, refused = 0;
    std::vector<std::thread> all;
    for (int t = 0; t < 4; ++t) {
        all.emplace_back([&] {
            for (int n = 0; n < 25; ++n) {
                auto const came = storage::postgres(url)(with());
                ++(came ? opened : refused);
                if (came) {
                    EXPECT_EQ(came->orders->epoch(), born);
                } else {
                    EXPECT_EQ(came.error().code(), error_code::store_unavailable) << came.error().message();
                }
            }
        });
    }
    for (auto& t : all) t.join();
    EXPECT_GT(opened, 5) << "seed " << seed;
    EXPECT_GT(refused, 5) << "seed " << seed;
}

}  // namespace
}  // namespace shop::postgres_tests
