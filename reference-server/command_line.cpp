#include "command_line.hpp"

#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "commands.hpp"
#include "wiring.hpp"

#ifndef SHOP_VERSION
#define SHOP_VERSION "0"
#endif

namespace shop_server {

namespace {

/// What the command line said, before anything is judged.
struct spoken {
    std::map<std::string, std::string> flags;
    std::string config;
    import_request import;
    std::string import_what;
    std::string format;
    std::string role;
    bool only_check = false;
    audit_request audit;
    keys_request keys;
    std::string keys_what;
    std::string probed;
    std::string described_server;
};

std::vector<std::string> const role_words = [] {
    auto const words = words_of(role{});
    return std::vector<std::string>(words.begin(), words.end());
}();

void add_settings(CLI::App& command, spoken& to, bool only_for_tools) {
    for (auto const& s : settings_table()) {
        if (only_for_tools && !s.for_tools) continue;
        auto const name = std::string(s.name);
        std::string about(s.description);
        about += " [" + std::string(s.default_value) + "]";
        if (s.value == setting::yes_or_no) {
            command.add_flag_callback(
                "--" + name, [&to, name] { to.flags[name] = "yes"; }, about);
            continue;
        }
        command
            .add_option_function<std::string>(
                "--" + name, [&to, name](std::string const& value) { to.flags[name] = value; }, about)
            ->type_name(std::string(s.value));
    }
    command.add_option("--config", to.config, "a file of settings, `key = value` a line")->type_name("FILE");
}

setting_sources sources(spoken const& said) {
    setting_sources from;
    from.environment = shop_environment();
    from.flags = said.flags;
    if (!said.config.empty()) {
        from.file = said.config;
    } else if (auto const named = from.environment.find("SHOP_CONFIG"); named != from.environment.end()) {
        from.file = named->second;
    }
    return from;
}

}  // namespace

exit_code run(int argc, char const* const* argv) {
    spoken said;
    CLI::App program("The shop as a server. Settings: flags over SHOP_... variables over the configuration file.",
                     "shop-server");
    program.require_subcommand(1);

    auto* serving = program.add_subcommand("serve", "Serves the shop over HTTP until SIGTERM");
    serving->add_option("role", said.role, "what to serve: all, gateway, product, inventory, order, notification")
        ->required()
        ->check(CLI::IsMember(role_words));
    add_settings(*serving, said, false);

    auto* importing =
        program.add_subcommand("import", "Loads products or stock from a file; repeating it changes nothing");
    importing->add_option("what", said.import_what, "products or stock")
        ->required()
        ->check(CLI::IsMember({"products", "stock"}));
    importing->add_option("file", said.import.path, "CSV with a header, or JSON Lines")->required()->type_name("FILE");
    importing->add_option("--format", said.format, "csv or jsonl, if the name of the file does not say it")
        ->check(CLI::IsMember({"csv", "jsonl"}));
    importing
        ->add_option("--delivery", said.import.delivery,
                     "what delivery a stock file is: its rows are added once; without one, and without a column "
                     "reference, they are counts that the stock is set to")
        ->type_name("NAME");
    importing
        ->add_option("--product-store", said.import.product_store,
                     "the store of the product service, which says what skus there are, where it has one of its own")
        ->type_name("STORE");
    add_settings(*importing, said, true);

    auto* auditing = program.add_subcommand("audit", "Checks a store against the promises of the shop");
    add_settings(*auditing, said, true);
    for (auto const& [name, store] :
         {std::pair{"product", &said.audit.product}, std::pair{"inventory", &said.audit.inventory},
          std::pair{"order", &said.audit.order}, std::pair{"notification", &said.audit.notification}}) {
        auditing
            ->add_option(
                std::string("--") + name + "-store", *store,
                std::string("the store of the ") + name +
                    " service, where the services have stores of their own; needs --order-store and --inventory-store")
            ->type_name("STORE");
    }
    auto* migrating = program.add_subcommand("migrate", "Brings the schema of a store up to date");
    migrating->add_flag("--check", said.only_check, "only say whether it is: exit code 1 if there are steps to take");
    add_settings(*migrating, said, true);
    auto* checking =
        program.add_subcommand("check-config", "Says what is set, by whom, and whether it could be served");
    add_settings(*checking, said, false);
    auto* keying = program.add_subcommand("keys", "Makes API keys, lists and revokes them");
    keying->add_option("what", said.keys_what, "add, list or revoke")
        ->required()
        ->check(CLI::IsMember({"add", "list", "revoke"}));
    keying->add_option("id", said.keys.id, "the name of the key: a-z, 0-9 and -")->type_name("ID");
    keying->add_option("--keys", said.keys.file, "the file of keys; SIGHUP makes a running server read it again")
        ->type_name("FILE")
        ->envname("SHOP_KEYS");
    keying->add_option("--scope", said.keys.scopes,
                       "what its owner may do: orders:write, orders:*, *; may be repeated");
    keying->add_option("--account", said.keys.account, "whose key it is; the id if not given. Two keys may share one");
    keying->add_option("--customer", said.keys.customer, "the customer to whom its owner is bound");
    keying
        ->add_option("--expires", said.keys.expires,
                     "when it expires: in so many days, 90d, on a day, 2027-01-31, or at a time, 2027-01-31T12:00:00Z; "
                     "never if not given")
        ->type_name("WHEN");
    keying
        ->add_option("--keys-usage", said.keys.usage, "where a running server notes when each key was last used [auto]")
        ->type_name("FILE")
        ->envname("SHOP_KEYS_USAGE");
    auto* probing = program.add_subcommand("probe", "Asks a server for a resource: exit code 0 if it answers 200");
    probing->add_option("url", said.probed, "http://HOST:PORT/PATH, as in http://127.0.0.1:8081/readyz")
        ->required()
        ->type_name("URL");
    auto* describing =
        program.add_subcommand("openapi", "Prints the description of the API, for those who make clients: OpenAPI 3.1");
    describing
        ->add_option("--server", said.described_server,
                     "where the API is: an address without the /v1, or a path [http://127.0.0.1:8080]")
        ->type_name("URL");
    auto* version = program.add_subcommand("version", "Says which shop-server this is");

    auto const known = program.get_subcommands([&](CLI::App* one) { return argc > 1 && one->get_name() == argv[1]; });
    if (argc > 1 && argv[1][0] != '-' && known.empty()) {
        std::cerr << "shop-server: " << argv[1]
                  << ": no such command; there are serve, import, audit, migrate, keys, probe, openapi, check-config "
                     "and version\n";
        return exit_usage;
    }
    try {
        program.parse(argc, argv);
    } catch (CLI::ParseError const& e) {
        // Help is asked for and goes to standard output; everything else is a mistake.
        return program.exit(e) == 0 ? exit_ok : exit_usage;
    }

    if (probing->parsed()) return probe(said.probed);
    if (describing->parsed()) return print_openapi(said.described_server);
    if (keying->parsed()) {
        said.keys.what = said.keys_what == "add"      ? keys_request::kind::add
                         : said.keys_what == "revoke" ? keys_request::kind::revoke
                                                      : keys_request::kind::list;
        return change_keys(said.keys);
    }
    if (version->parsed()) {
        std::cout << "shop-server " SHOP_VERSION << std::endl;
        return exit_ok;
    }
    auto const from = sources(said);
    auto const settings = read(from);
    if (checking->parsed()) return check_config(settings);
    if (!settings.refusals.empty()) return refuse(settings.refusals);
    if (auditing->parsed()) return audit_store(settings.values, said.audit);
    if (migrating->parsed()) return migrate_store(settings.values, said.only_check);
    if (importing->parsed()) {
        said.import.what = said.import_what == "stock" ? import_request::kind::stock : import_request::kind::products;
        if (!said.format.empty()) {
            said.import.format = said.format == "csv" ? file_format::csv : file_format::json_lines;
        }
        return import_file(said.import, settings.values);
    }
    auto const what = *shop::from_word<role>(said.role);
    if (auto const missing = missing_settings(what, settings.values); !missing.empty()) return refuse(missing);
    if (auto why = refuse_to_serve(what, settings.values, settings.values.listen)) return refuse({*why});
    return serve(what, from, settings);
}

}  // namespace shop_server
