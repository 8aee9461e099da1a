#pragma once

#include "telemetry/opcua/native.hpp"

#include <millwright/core/value.hpp>

#include <string>

namespace millwright::telemetry::opcua {

/// A value on its way from the network to whoever drains the feed.
struct Reading {
    Time time{}; ///< by the source, else by the server; epoch where neither says
    Value value; ///< of the signal's type; of String: nothing, as the text goes beside it
    SignalIndex signal = noSignal;
    ValueType type = ValueType::Float; ///< the signal's
    Quality quality = Quality::Good;
    bool empty = false;      ///< there is no value: the quality says why
    bool first = false;      ///< of its subscription: how old it is tells nothing of a clock
    bool historical = false; ///< of the past: it is not how things are
};

/// Good, Uncertain and Bad by the severity of the code, whatever the rest of it (OPC 10000-4, 7.39), but for the Uncertain codes
/// which say that the source has gone silent: Stale.
[[nodiscard]] Quality qualityOf(UA_StatusCode code);

/// A scalar as text: what a String signal makes of it. None for structures, bytes and node ids, and for arrays.
[[nodiscard]] std::optional<std::string> textOf(const UA_Variant& variant);

/// Turns a data value into `reading`, whose `signal` and `type` are set, and the text of a String into `text`. Numbers, booleans
/// and texts become any type that can hold them, enumerations are their number, dates the milliseconds since 1970 or, as text, ISO
/// 8601. With an `index`, `2` or `0,2`, of an array's element, or of the only one where the server has sent no other. Returns what
/// is wrong where the value is no sample, and nothing where it is.
[[nodiscard]] std::string read(const UA_DataValue& data, Reading& reading, std::string& text, std::string_view index = {});

} // namespace millwright::telemetry::opcua
