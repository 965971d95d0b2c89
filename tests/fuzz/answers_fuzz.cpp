// libFuzzer's entry: what reads the answers of PostgreSQL. Built with clang and -DSHOP_FUZZ=ON; the same reader is fed
// seeded input by unit.answers_of_a_server.

#include "answers.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    (void)shop_test::read_damaged(std::span(data, size));
    return 0;
}
