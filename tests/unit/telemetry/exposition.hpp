#pragma once

#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace telemetry_test {

/// A text in the Prometheus format 0.0.4, read strictly: whatever a scraper might stumble over is thrown as
/// `std::invalid_argument`.
class exposition {
public:
    using labels = std::map<std::string, std::string>;
    struct family {
        std::string type;
        std::string help;
        std::map<std::pair<std::string, labels>, double> samples;  ///< by the name of the sample and its labels
    };

    explicit exposition(std::string_view text) {
        if (!text.empty() && text.back() != '\n') fail("the last line does not end");
        while (!text.empty()) {
            auto const end = text.find('\n');
            read_line(text.substr(0, end));
            text.remove_prefix(end + 1);
        }
        for (auto const& [name, f] : families_) check(name, f);
    }

    std::map<std::string, family> const& families() const { return families_; }

    /// A sample; nothing known of it throws.
    double at(std::string const& sample, labels const& with = {}) const {
        return families_.at(family_of(sample)).samples.at({sample, with});
    }
    bool has(std::string const& sample, labels const& with) const {
        auto const found = families_.find(family_of(sample));
        return found != families_.end() && found->second.samples.contains({sample, with});
    }

private:
    [[noreturn]] static void fail(std::string const& why) { throw std::invalid_argument("exposition: " + why); }

    void read_line(std::string_view line) {
        if (line.starts_with("# HELP ")) return read_help(line.substr(7));
        if (line.starts_with("# TYPE ")) return read_type(line.substr(7));
        read_sample(line);
    }

    void read_help(std::string_view rest) {
        auto const name = take_name(rest);
        if (families_.contains(name)) fail("two families " + name);
        if (rest.empty() || rest.front() != ' ') fail("no help of " + name);
        for (std::size_t i = rest.find('\\'); i != rest.npos; i = rest.find('\\', i + 2)) {
            if (i + 1 == rest.size() || (rest[i + 1] != '\\' && rest[i + 1] != 'n')) fail("escape in help of " + name);
        }
        families_[name].help = rest.substr(1);
        open_ = name;
    }

    void read_type(std::string_view rest) {
        auto const name = take_name(rest);
        if (name != open_ || !families_[name].type.empty()) fail("misplaced TYPE of " + name);
        if (rest != " counter" && rest != " gauge" && rest != " histogram") fail("type of " + name);
        families_[name].type = rest.substr(1);
    }

    void read_sample(std::string_view rest) {
        auto const name = take_name(rest);
        if (open_.empty() || family_of(name) != open_) fail("sample outside its family: " + name);
        labels with;
        if (rest.starts_with('{')) {
            rest.remove_prefix(1);
            while (!rest.starts_with('}')) {
                auto label = take_name(rest);
                if (label.find(':') != label.npos || !rest.starts_with("=\"")) fail("label of " + name);
                rest.remove_prefix(2);
                if (!with.emplace(std::move(label), take_value(rest)).second) fail("a label twice in " + name);
                if (rest.starts_with(','))
                    rest.remove_prefix(1);
                else if (!rest.starts_with('}'))
                    fail("labels of " + name);
            }
            rest.remove_prefix(1);
        }
        if (!rest.starts_with(' ')) fail("no value of " + name);
        auto const value = number(rest.substr(1));
        if (!families_[open_].samples.emplace(std::pair{name, with}, value).second) fail("a sample twice: " + name);
    }

    static std::string take_name(std::string_view& rest) {
        constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:";
        constexpr std::string_view all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:0123456789";
        auto const end = std::min(rest.find_first_not_of(all), rest.size());
        if (end == 0 || letters.find(rest.front()) == letters.npos) fail("no name: " + std::string(rest));
        std::string name(rest.substr(0, end));
        rest.remove_prefix(end);
        return name;
    }

    static std::string take_value(std::string_view& rest) {
        std::string out;
        for (; !rest.empty() && rest.front() != '"'; rest.remove_prefix(1)) {
            if (rest.front() != '\\') {
                out += rest.front();
                continue;
            }
            rest.remove_prefix(1);
            if (rest.empty()) break;
            if (rest.front() == 'n')
                out += '\n';
            else if (rest.front() == '\\' || rest.front() == '"')
                out += rest.front();
            else
                fail("escape in a label");
        }
        if (rest.empty()) fail("the value of a label does not end");
        rest.remove_prefix(1);
        return out;
    }

    static double number(std::string_view text) {
        if (text == "+Inf") return std::numeric_limits<double>::infinity();
        if (text == "NaN" || text == "Nan") return std::numeric_limits<double>::quiet_NaN();
        double out = 0;
        auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
        if (failed != std::errc() || end != text.data() + text.size()) fail("no number: " + std::string(text));
        return out;
    }

    /// The family a sample belongs to: a histogram's samples have names of their own.
    std::string family_of(std::string const& sample) const {
        for (std::string_view const suffix : {"_bucket", "_sum", "_count"}) {
            if (!sample.ends_with(suffix)) continue;
            auto base = sample.substr(0, sample.size() - suffix.size());
            if (auto const f = families_.find(base); f != families_.end() && f->second.type == "histogram") return base;
        }
        return sample;
    }

    void check(std::string const& name, family const& f) const {
        if (f.type.empty()) fail("no type of " + name);
        if (f.samples.empty()) fail("no sample of " + name);
        if (f.type == "counter") {
            for (auto const& [_, value] : f.samples) {
                if (value < 0) fail("a counter below zero: " + name);
            }
        }
        if (f.type == "histogram") check_histogram(name, f);
    }

    void check_histogram(std::string const& name, family const& f) const {
        std::map<labels, std::map<double, double>> buckets;
        for (auto const& [of, value] : f.samples) {
            if (of.first == name) fail("a histogram has no sample of its own name: " + name);
            if (of.first != name + "_bucket") continue;
            auto with = of.second;
            auto const bound = number(with.at("le"));
            with.erase("le");
            buckets[with][bound] = value;
        }
        if (buckets.empty()) fail("no buckets of " + name);
        for (auto const& [with, of_bound] : buckets) {
            double before = 0;
            for (auto const& [bound, value] : of_bound) {
                if (value < before) fail("buckets of " + name + " are not cumulative");
                before = value;
            }
            if (!std::isinf(of_bound.rbegin()->first)) fail("no last bucket of " + name);
            if (at(name + "_count", with) != before) fail("count of " + name + " is not its last bucket");
            at(name + "_sum", with);
        }
    }

    std::map<std::string, family> families_;
    std::string open_;
};

}  // namespace telemetry_test
