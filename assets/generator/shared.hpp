#pragma once

#include "model.hpp"

#include <cmath>
#include <format>
#include <map>

namespace millwright::assets::kit {

/// The body called `name`, made by `make` the first time. One catalogue for the whole run: the generator has one thread.
template <typename Make>
BodyRef shared(const std::string& name, Make make) {
    static std::map<std::string, BodyRef> catalogue;
    BodyRef& body = catalogue[name];
    if (!body) {
        body = makeBody(name);
        make(*body);
    }
    return body;
}

} // namespace millwright::assets::kit
