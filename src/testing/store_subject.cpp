#include <shop/testing/store_subject.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace shop::testing {

namespace {

class volatile_source final : public store_source {
public:
    explicit volatile_source(storage::factory factory) : factory_(std::move(factory)) {}
    result<stores> open(storage::context const& with) override { return factory_(with); }

private:
    storage::factory factory_;
};

class temporary_directory {
public:
    temporary_directory() {
        auto name = (std::filesystem::temp_directory_path() / "shop-contract-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create a temporary directory");
        path_ = name;
    }
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;
    ~temporary_directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    std::string const& path() const { return path_; }

private:
    std::string path_;
};

class durable_source final : public store_source {
public:
    explicit durable_source(std::function<storage::factory(std::string const&)> const& factory_in)
        : factory_(factory_in(directory_.path())) {}
    result<stores> open(storage::context const& with) override { return factory_(with); }

private:
    temporary_directory directory_;
    storage::factory factory_;
};

}  // namespace

store_subject volatile_stores(storage::factory factory) {
    return {false, [factory = std::move(factory)] { return std::make_unique<volatile_source>(factory); }};
}

store_subject durable_stores(std::function<storage::factory(std::string const&)> factory_in) {
    return {true, [factory_in = std::move(factory_in)] { return std::make_unique<durable_source>(factory_in); }};
}

}  // namespace shop::testing
