#include <shop/core/call.hpp>

#include <algorithm>

namespace shop {

namespace {

/// A held scope covers itself; `*` covers all, `orders:*` all that begin with `orders:`.
bool covers(std::string_view held, std::string_view wanted) {
    if (held == wanted) return true;
    if (held.empty() || held.back() != '*') return false;
    held.remove_suffix(1);
    return (held.empty() || held.back() == ':') && wanted.starts_with(held);
}

}  // namespace

bool principal::may(std::string_view scope) const {
    return std::any_of(scopes.begin(), scopes.end(), [&](auto const& held) { return covers(held, scope); });
}

bool principal::may_act_for(std::string_view customer) const {
    return customer_id.empty() || customer_id == customer || may("orders:any");
}

call call::passed_on() const {
    call out;
    out.trace = trace;
    out.request_id = request_id;
    return out;
}

std::shared_ptr<principal const> const& local_principal() {
    static auto const local = std::make_shared<principal const>(principal{"local", {"*"}, {}});
    return local;
}

}  // namespace shop
