#pragma once

#include <boost/system/result.hpp>

#include <shop/core/error.hpp>

namespace shop {

/// A value, or why there is none. `value()` throws `shop::failure` where there is none.
template <class T>
using result = boost::system::result<T, error>;

}  // namespace shop
