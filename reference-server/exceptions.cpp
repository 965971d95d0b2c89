#include "exceptions.hpp"

namespace shop_server {

std::string words_of_exception(std::exception_ptr const& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (std::exception const& e) {
        return e.what();
    } catch (...) {
        return "no std::exception";
    }
}

}  // namespace shop_server
