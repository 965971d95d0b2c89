#include "store_access.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "support/scratch.hpp"

namespace shop_server {
namespace {

std::vector<security_event> risks(std::string const& store) {
    std::vector<security_event> out;
    settings with;
    with.store = store_from(store).value();
    for (auto const& one : risks_of_store(with)) out.push_back(one.what);
    return out;
}

TEST(store_risks, a_file_that_others_may_read_is_told) {
    shop_test::scratch folder;
    auto const path = folder.write("shop.db", "");
    for (int const mode : {0644, 0640, 0660, 0602}) {
        ::chmod(path.c_str(), static_cast<mode_t>(mode));
        EXPECT_THAT(risks("sqlite:" + path), testing::ElementsAre(security_event::file_unguarded)) << mode;
    }
    ::chmod(path.c_str(), 0600);
    EXPECT_THAT(risks("sqlite:" + path), testing::IsEmpty());
    EXPECT_THAT(risks("sqlite:" + folder.file("none")), testing::IsEmpty());
    EXPECT_THAT(risks("memory:"), testing::IsEmpty());
}

}  // namespace
}  // namespace shop_server
