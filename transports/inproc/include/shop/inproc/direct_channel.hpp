#pragma once

#include <memory>

#include <shop/async/service_context.hpp>
#include <shop/transport/channel.hpp>
#include <shop/transport/endpoint.hpp>

namespace shop::inproc {

/// A channel to an endpoint in this process: the messages are written and read as they are between processes, and
/// nothing stands between. The smallest transport there is, and the one to begin an own one from.
/// @par Thread safety
/// As `transport::channel`; the endpoint runs on the same executor.
std::shared_ptr<transport::channel> direct_channel(service_context context, std::shared_ptr<transport::endpoint> to);

}  // namespace shop::inproc
