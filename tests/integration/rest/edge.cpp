#include "edge.hpp"

#include <exception>
#include <memory>
#include <type_traits>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

namespace rest {
namespace {

template <class Result>
Result wait_for(asio::awaitable<Result> what) {
    asio::io_context context;
    Result out;
    asio::co_spawn(context, std::move(what), [&](std::exception_ptr thrown, Result result) {
        if (thrown) std::rethrow_exception(thrown);
        out = std::move(result);
    });
    context.run();
    return out;
}

}  // namespace

told problem_in(response const& answer) {
    EXPECT_EQ(answer.content_type(), "application/problem+json") << answer.body;
    auto read = shop::json::decode<told>(answer.body, shop::json::unknown_members::ignore);
    if (!read) {
        ADD_FAILURE() << "not a problem body: " << answer.body;
        return {};
    }
    EXPECT_EQ(read->status, static_cast<std::int64_t>(answer.status));
    EXPECT_EQ(read->type, "urn:shop:error:" + read->code);
    EXPECT_FALSE(read->title.empty());
    EXPECT_FALSE(read->detail.empty());
    return *read;
}

void edge::use(shop::http::rest_options options) {
    options.clock = &clock;
    api.reset();
    shop::service_context const context{background.get_executor(), &clock, &shop::random_ids()};
    auto const unowned = [](auto& service) {
        return std::shared_ptr<std::remove_reference_t<decltype(service)>>(&service, [](auto*) {});
    };
    live.emplace(context, shop::http::live_update_options{}, unowned(orders), unowned(inventory));
    options.live = &*live;
    options.on_exception = [this](std::string_view operation, std::exception_ptr const&) {
        exceptions.emplace_back(operation);
    };
    api.emplace(std::move(options), products, inventory, orders, notifications);
}

void edge::use_as(std::shared_ptr<shop::principal const> by) {
    shop::http::rest_options options;
    door.says.by = std::move(by);
    options.access_control = &door;
    use(std::move(options));
}

response edge::send(std::string_view method, std::string_view target, header_list fields, std::string_view body) {
    if (!body.empty()) {
        bool typed = false;
        for (auto const& [name, value] : fields) typed = typed || name == "Content-Type";
        if (!typed) fields.emplace_back("Content-Type", "application/json");
        fields.emplace_back("Content-Length", std::to_string(body.size()));
    }
    std::vector<shop::http::header> headers;
    for (auto const& [name, value] : fields) {
        if (!value.empty() || name != "Content-Type") headers.push_back({name, value});
    }
    shop::http::request request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    request.headers = headers;
    request.base_path = base_path;
    request.trace = request.find("traceparent").value_or(std::string_view{});

    auto admitted = api->admit(request);
    if (admitted.undecided) {
        request.route = admitted.route;
        admitted = wait_for(api->admit_later(request));
    }
    if (admitted.answer) return *std::move(admitted.answer);
    if (body.size() > admitted.body_bytes_max) return response(413);
    request.route = admitted.route;
    request.by = admitted.by;
    request.body = body;

    return wait_for(api->handle(request));
}

response edge::post(std::string_view target, std::string_view body, header_list fields) {
    fields.emplace_back("Idempotency-Key", "key-1");
    return send("POST", target, std::move(fields), body);
}

shop::orders::order sample_order() {
    shop::orders::order o;
    o.id = *shop::order_id::parse(order_text);
    o.status = shop::orders::status::confirmed;
    o.customer = shop::orders::customer("ann");
    o.lines.push_back({shop::sku("MUG-1"), "Mug", shop::quantity(2), shop::eur(1999), shop::eur(3998)});
    o.total = shop::eur(3998);
    o.version = 2;
    o.placed_at = shop::timestamp(1'000'000ms);
    o.updated_at = shop::timestamp(1'000'001ms);
    return o;
}

shop::products::product sample_product() {
    shop::products::product p;
    p.sku = shop::sku("MUG-1");
    p.name = "Mug";
    p.price = shop::eur(1999);
    p.status = shop::products::status::active;
    p.version = 3;
    p.availability_sequence = 17;
    return p;
}

}  // namespace rest
