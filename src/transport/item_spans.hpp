#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <shop/core/call.hpp>
#include <shop/transport/observer.hpp>

namespace shop::transport {

/// Draws the spans of items that go together, one for those of one trace: from then on a call carries the name of its
/// own.
class item_spans {
public:
    void draw(observer const& watch, std::size_t item, call& of) {
        if (!watch.draw_span || of.trace.empty()) return;
        auto const known = std::ranges::find(spans_, of.trace, &item_span::parent);
        if (known != spans_.end()) {
            of.trace = known->name;
            return;
        }
        auto name = watch.draw_span(of.trace);
        if (name.empty()) return;
        spans_.push_back({item, std::exchange(of.trace, name), name});
    }
    std::span<item_span const> all() const { return spans_; }

private:
    std::vector<item_span> spans_;
};

}  // namespace shop::transport
