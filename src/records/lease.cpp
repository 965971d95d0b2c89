#include <shop/records/lease.hpp>

namespace shop {

std::shared_ptr<lease> always_held() {
    class always final : public lease {
    public:
        bool held() const override { return true; }
    };
    static auto const one = std::make_shared<always>();
    return one;
}

}  // namespace shop
