# What the reference says once, of members that mean the same wherever they stand. Doxygen reads each public header
# through this; where a header has words of its own, those count.
/^struct std::hash</,/^};/s/.*//
s/^template <>$//
x
/^ *\/\/[/<]/{
g
b
}
g
/\/\/\/</b
s~^ *static constexpr auto fields\(\) *[{].*~/** The names in JSON, in their order; which may be absent. */ &~
s~^ *static constexpr auto key\(\) *[{].*~/** The primary key; the order of reads and of locks. */ &~
s~^ *static constexpr std::string_view table = .*~/** The name of the table, where a store has tables. */ &~
s~^ *static constexpr std::string_view cursor_table = .*~/** The table of the acknowledged positions in it. */ &~
s~^ *static constexpr std::string_view lease_table = .*~/** The table of this service's leases. */ &~
s~^ *static constexpr std::size_t load_key_size.*~/** Records that share so many members of the key load together. */ &~
s~^ *std::uint64_t revision = 0;~/** 0 until stored, then counted up with each write. */ &~
s~^ *constexpr std::array<.*> words_of\(.*~/** The words of the values, in their order. */ &~
s~^ *friend .*operator==\(.* = default;~/** Equal when all members are. */ &~
s~^ *friend .*operator<=>\(.* = default;~/** Ordered by the members, from the first on. */ &~
s~^ *[a-z_:<]*(sku|location|quantity|money)>? (sku|location|quantity|price|total);~/** As the type says. */ &~
s~^ *[a-z_:<]*_id>? (order_id|operation);~/** As the type says. */ &~
s~^ *std::optional<std::int64_t> limit;~/** 1 to `limits::page_items_max`; absent: `page_items_default`. */ &~
s~^ *std::optional<std::string> cursor;~/** `next_cursor` of the page before; absent: the first page. */ &~
s~^ *timestamp [a-z_]+( = .*)?;~/** UTC, in whole milliseconds. */ &~
s~^ *std::optional<timestamp> [a-z_]+;~/** UTC, in whole milliseconds. */ &~
s~^ *std::string customer_id;~/** 1 to `limits::customer_id_bytes_max` bytes. */ &~
s~^ *std::optional<std::string> customer_id;~/** Of one customer only; absent: of all. */ &~
s~^ *std::string actor;~/** The account that did it. */ &~
s~^ *std::optional<std::string>( const&)? tracking;~/** At most `limits::order_tracking_bytes_max` bytes. */ &~
s~^ *std::optional<std::string>( const&)? note;~/** For people, at most `limits::order_note_bytes_max` bytes. */ &~
s~^ *std::int64_t on_hand = 0;~/** Pieces that lie there, promised ones included. */ &~
s~^ *[a-z0-9_:<>]+ allocated( = 0)?;~/** Pieces promised to orders. */ &~
s~^ *[a-z0-9_:<>]+ held( = 0)?;~/** Pieces held back for checkouts. */ &~
s~^ *[a-z0-9_:<>]+ available( = 0)?;~/** Pieces on hand, less allocated and held; may be below zero. */ &~
s~^ *[a-z0-9_:<>]+ low_stock_threshold( = 0)?;~/** The most pieces that count as low. */ &~
s~^ *[a-z0-9_:<>]+ backorder_limit( = 0)?;~/** How far below zero `available` may be promised, in pieces. */ &~
s~^ *(bool|std::optional<bool>) untracked( = false)?;~/** Never counted, never short. */ &~
s~^ *std::int64_t (on_hand|allocated)_delta = 0;~/** Pieces that the line adds; below zero for those it takes. */ &~
s~^ *(products|orders)::status status = .*;~/** See the enumeration. */ &~
s~^ *std::optional<(orders::|products::)?(delivery_)?status> status;~/** Of this status only; absent: of all. */ &~
s~^ *(shop|orders|inventory|products)::([a-z_]+) \2( = .*)?;~/** See the type. */ &~
s~^ *std::optional<(shop|orders|inventory|products)::([a-z_]+)> \2( = .*)?;~/** See the type. */ &~
s~^ *(order|operation|shipment|delivery)_id id;~/** Version 7 (RFC 9562). */ &~
s~^ *shop::(order|operation|shipment|delivery)_id id;~/** Version 7 (RFC 9562). */ &~
s~^ *std::string description;~/** At most `limits::product_description_bytes_max` bytes. */ &~
s~^ *std::vector<std::string> tags;~/** At most `limits::product_tags_max`; see `limits`. */ &~
s~^ *std::map<std::string, std::string> attributes;~/** At most `limits::product_attributes_max`; see `limits`. */ &~
s~^ *std::optional<std::string> group;~/** Variants of one thing share it. */ &~
s~^ *std::map<std::string, std::string> options;~/** What tells it from the others of its group. */ &~
s~^ *std::size_t limit = 0;~/** Records, at most. */ &~
s~^ *document<.*> content;~/** Text in the store, read when it is looked at. */ &~
s~^ *document<.*> outcome;~/** Text in the store, read when it is looked at. */ &~
s~^ *shop::fingerprint fingerprint.*;~/** Of what was asked for; something else under the same key is refused. */ &~
s~^ *using rows = working_set<.*;~/** The working copy that a decision changes. */ &~
s~^ *using keys = key_set<.*;~/** The rows that a batch asks for. */ &~
s~^ *using expected = expected_rows<.*;~/** The rows that are taken to be as they were read last. */ &~
s~^ *void want\(.*;~/** Adds the rows that a command reads and changes. */ &~
s~^ *void expect\(.*;~/** Adds what the command finds nearly always. */ &~
s~^ *[a-z_]+&& [a-z_]+\(.*\) && \{.*~/** Sets or adds what it is named after; to be chained. */ &~
s~^ *explicit [a-z]+_[a-z]+\(.*\) : [a-z]+\(.*\{\}$~/** With this member; the others keep their defaults. */ &~
s~^ *([a-z]+_(order|product)|([a-z]+_)?line)\([a-z].*~/** With these members; the others keep their defaults. */ &~
s~^ *auto [a-z_]+\(.*\) const \{ return this->one\(&service::([a-z_]+), .*~/** One request of `service::\1`. */ &~
s~^ *using (service|command|answer)_type = .*~/** For those that are given the whole as a template parameter. */ &~
