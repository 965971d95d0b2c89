// libFuzzer's entry to one of the targets, which SHOP_FUZZ_TARGET names. Built with clang and -DSHOP_FUZZ=ON by
// script/fuzz.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "targets.hpp"

namespace {

shop_test::fuzz::target const& the_target() {
    return *std::ranges::find(shop_test::fuzz::targets, std::string_view(SHOP_FUZZ_TARGET),
                              &shop_test::fuzz::target::name);
}

}  // namespace

/// Gives a corpus that is empty the good inputs to begin with.
extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    for (int i = 1; i < *count; ++i) {
        std::filesystem::path const corpus((*arguments)[i]);
        if (!std::filesystem::is_directory(corpus) || !std::filesystem::is_empty(corpus)) continue;
        int number = 0;
        for (auto const& seed : the_target().seeds()) {
            std::ofstream(corpus / ("seed-" + std::to_string(++number)), std::ios::binary) << seed;
        }
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    try {
        the_target().look({reinterpret_cast<char const*>(data), size});
    } catch (std::logic_error const& broken) {
        std::cerr << "does not hold: " << broken.what() << '\n';
        std::abort();
    }
    return 0;
}
