-- wrk: each request places an order of three lines under a key of its own. SKUS is a file with one sku per line, AUTHORIZATION what is sent as such.
local skus, thread_number, made = {}, 0, 0
for line in io.lines(os.getenv("SKUS")) do skus[#skus + 1] = line end

function setup(thread)
    thread:set("number", thread_number)
    thread_number = thread_number + 1
end

function init()
    math.randomseed(42 + number)
    run = os.getenv("RUN") or tostring(os.time())
    authorization = os.getenv("AUTHORIZATION") -- nil: none
end

local function line()
    return '{"sku":"' .. skus[math.random(#skus)] .. '","quantity":1}'
end

function request()
    made = made + 1
    return wrk.format("POST", "/v1/orders",
        {["Content-Type"] = "application/json", ["Idempotency-Key"] = run .. "-" .. number .. "-" .. made,
         ["Authorization"] = authorization},
        '{"customer":{"id":"customer-' .. made % 1000 .. '"},"lines":[' .. line() .. "," .. line() .. "," .. line() .. "]}")
end
