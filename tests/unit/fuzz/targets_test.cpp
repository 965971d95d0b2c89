// The fuzz targets without a fuzzer: their good inputs, thousands of seeded changes of these, and every input that ever
// broke one. script/fuzz goes on from there.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "fuzz/targets.hpp"
#include "support/mutations.hpp"

namespace shop_test {
namespace {

class fuzz_targets : public testing::TestWithParam<fuzz::target> {
protected:
    void look(std::string const& input, std::string const& which) {
        try {
            GetParam().look(input);
        } catch (std::exception const& broken) {
            ADD_FAILURE() << which << ": " << broken.what() << '\n' << testing::PrintToString(input);
        }
    }
};

TEST_P(fuzz_targets, hold_for_good_inputs_and_nothing_at_all) {
    look("", "empty");
    for (auto const& seed : GetParam().seeds()) look(seed, "seed");
}

TEST_P(fuzz_targets, hold_for_changed_inputs) {
    constexpr int rounds = 3'000;
    constexpr std::uint64_t seed = 20;
    steps random(seed);
    auto const good = GetParam().seeds();
    for (int i = 0; i < rounds && !HasFailure(); ++i) {
        look(mutated(good[random.below(good.size())], random),
             "seed " + std::to_string(seed) + ", round " + std::to_string(i));
    }
}

TEST_P(fuzz_targets, hold_for_what_broke_one_before) {
    auto const kept = std::filesystem::path(SHOP_SOURCE_DIR) / "tests/fuzz/broke" / GetParam().name;
    if (!std::filesystem::exists(kept)) return;
    for (auto const& file : std::filesystem::directory_iterator(kept)) {
        std::ifstream input(file.path(), std::ios::binary);
        look({std::istreambuf_iterator<char>(input), {}}, file.path());
    }
}

INSTANTIATE_TEST_SUITE_P(all, fuzz_targets, testing::ValuesIn(fuzz::targets),
                         [](auto const& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace shop_test
