#include "telemetry/opcua/connect.hpp"

#include "telemetry/live/access.hpp"
#include "telemetry/opcua/certificates.hpp"

#include <millwright/core/log.hpp>
#include <millwright/core/mapped_file.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <format>
#include <open62541/client_config_default.h>
#include <open62541/plugin/pki_default.h>
#include <open62541/plugin/securitypolicy_default.h>
#include <utility>

namespace millwright::telemetry::opcua {
namespace {

constexpr std::uint32_t answerMilliseconds = 5'000;   ///< that a server has for each answer
constexpr std::uint32_t sessionMilliseconds = 60'000; ///< that a server keeps the session of a client which is gone
constexpr std::string_view scheme = "opc.tcp://";
constexpr std::string_view ownUri = "urn:millwright:client";

/// From the best to the weakest that is still considered safe.
constexpr std::string_view policies[] = {"http://opcfoundation.org/UA/SecurityPolicy#Aes256_Sha256_RsaPss",
                                         "http://opcfoundation.org/UA/SecurityPolicy#Aes128_Sha256_RsaOaep",
                                         "http://opcfoundation.org/UA/SecurityPolicy#Basic256Sha256"};
constexpr std::string_view noPolicy = "http://opcfoundation.org/UA/SecurityPolicy#None";

struct ClearEndpoints {
    std::size_t count;
    void operator()(UA_EndpointDescription* endpoints) const {
        UA_Array_delete(endpoints, count, &UA_TYPES[UA_TYPES_ENDPOINTDESCRIPTION]);
    }
};
using EndpointList = std::unique_ptr<UA_EndpointDescription[], ClearEndpoints>;

void logFromLibrary(void*, UA_LogLevel level, UA_LogCategory, const char* format, va_list arguments) {
    if (level < UA_LOGLEVEL_WARNING) return;
    std::array<char, 512> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    log::debug("open62541: {}", text.data());
}
UA_Logger libraryLog{logFromLibrary, nullptr, nullptr}; // NOLINT: the library wants a pointer to one that can be written to

void noteSilence(UA_Client* client) {
    auto& watch = *static_cast<ConnectionWatch*>(UA_Client_getContext(client));
    watch.lost = true;
    watch.because = "the server does not answer any more";
}
void noteSubscriptionSilence(UA_Client* client, UA_UInt32, void*) {
    noteSilence(client);
}

/// A configuration that is handed to a client, or cleared where that does not come about.
class Configuration {
public:
    Configuration() { config_.logging = &libraryLog; }
    ~Configuration() { UA_ClientConfig_clear(&config_); }
    Configuration(const Configuration&) = delete;
    Configuration& operator=(const Configuration&) = delete;
    UA_ClientConfig* operator->() { return &config_; }
    UA_ClientConfig& operator*() { return config_; }
    ClientOwner makeClient() {
        ClientOwner client{UA_Client_newWithConfig(&config_)};
        if (client) config_ = {};
        return client;
    }

private:
    UA_ClientConfig config_{};
};

std::string_view modeName(UA_MessageSecurityMode mode) {
    switch (mode) {
    case UA_MESSAGESECURITYMODE_NONE: return "none";
    case UA_MESSAGESECURITYMODE_SIGN: return "sign";
    case UA_MESSAGESECURITYMODE_SIGNANDENCRYPT: return "sign-and-encrypt";
    default: return "unknown";
    }
}

UA_MessageSecurityMode modeOf(OpcUaSecurity security) {
    switch (security) {
    case OpcUaSecurity::None: return UA_MESSAGESECURITYMODE_NONE;
    case OpcUaSecurity::Sign: return UA_MESSAGESECURITYMODE_SIGN;
    case OpcUaSecurity::SignAndEncrypt: break;
    }
    return UA_MESSAGESECURITYMODE_SIGNANDENCRYPT;
}

UA_UserTokenType userTypeOf(const OpcUaServer& server) {
    if (!server.userCertificate.empty()) return UA_USERTOKENTYPE_CERTIFICATE;
    return server.user.empty() && server.password.empty() ? UA_USERTOKENTYPE_ANONYMOUS : UA_USERTOKENTYPE_USERNAME;
}

std::string_view userTypeName(UA_UserTokenType type) {
    switch (type) {
    case UA_USERTOKENTYPE_ANONYMOUS: return "anonymous users";
    case UA_USERTOKENTYPE_USERNAME: return "users with a password";
    case UA_USERTOKENTYPE_CERTIFICATE: return "users with a certificate";
    default: return "users with a token";
    }
}

std::string_view shortName(std::string_view policyUri) {
    return policyUri.substr(policyUri.rfind('#') + 1);
}

Result<EndpointList> endpointsOf(const OpcUaServer& server) {
    Configuration config;
    if (UA_ClientConfig_setDefault(&*config) != UA_STATUSCODE_GOOD) return failure(ErrorCode::Device, "no client can be made");
    config->timeout = answerMilliseconds;
    // An endpoint that is given keeps the library from asking for servers, and from going on to the host that the answer names.
    config->endpoint.endpointUrl = copied(server.url);
    config->endpoint.securityMode = UA_MESSAGESECURITYMODE_NONE;
    config->endpoint.securityPolicyUri = copied(noPolicy);
    config->userTokenPolicy.policyId = copied("discovery");
    const ClientOwner client = config.makeClient();
    const UA_StatusCode connected = UA_Client_connectSecureChannel(client.get(), server.url.c_str());
    if (connected != UA_STATUSCODE_GOOD)
        return failure(ErrorCode::NotFound, std::format("cannot connect to {}: {}", server.url, statusName(connected)));
    UA_GetEndpointsRequest request{};
    request.endpointUrl = borrowed(server.url);
    Owned<UA_GetEndpointsResponse, UA_TYPES_GETENDPOINTSRESPONSE> answer;
    __UA_Client_Service(client.get(), &request, &UA_TYPES[UA_TYPES_GETENDPOINTSREQUEST], &*answer,
                        &UA_TYPES[UA_TYPES_GETENDPOINTSRESPONSE]);
    UA_Client_disconnect(client.get());
    if (answer->responseHeader.serviceResult != UA_STATUSCODE_GOOD)
        return failure(ErrorCode::NotFound, std::format("{} does not tell its endpoints ({})", server.url,
                                                        statusName(answer->responseHeader.serviceResult)));
    return EndpointList{std::exchange(answer->endpoints, nullptr), {std::exchange(answer->endpointsSize, 0)}};
}

/// How good an endpoint is; none where it is not what is wanted.
std::optional<std::size_t> rank(const UA_EndpointDescription& endpoint, UA_MessageSecurityMode mode) {
    if (endpoint.securityMode != mode) return std::nullopt;
    const std::string_view policy = view(endpoint.securityPolicyUri);
    if (mode == UA_MESSAGESECURITYMODE_NONE) return policy == noPolicy ? std::optional<std::size_t>{0} : std::nullopt;
    const auto* const found = std::ranges::find(policies, policy);
    if (found == std::end(policies)) return std::nullopt;
    return static_cast<std::size_t>(found - std::begin(policies));
}

const UA_UserTokenPolicy* tokenPolicy(const UA_EndpointDescription& endpoint, UA_UserTokenType type) {
    const std::span tokens{endpoint.userIdentityTokens, endpoint.userIdentityTokensSize};
    const auto found = std::ranges::find(tokens, type, &UA_UserTokenPolicy::tokenType);
    return found == tokens.end() ? nullptr : &*found;
}

struct Chosen {
    const UA_EndpointDescription* endpoint;
    const UA_UserTokenPolicy* token;
};

Result<Chosen> choose(const OpcUaServer& server, const EndpointList& endpoints) {
    const UA_MessageSecurityMode mode = modeOf(server.security);
    const UA_UserTokenType user = userTypeOf(server);
    std::optional<std::size_t> best;
    Chosen chosen{};
    bool secured = false;
    std::vector<std::string> offered;
    for (const UA_EndpointDescription& endpoint : std::span{endpoints.get(), endpoints.get_deleter().count}) {
        const std::string name =
            endpoint.securityMode == UA_MESSAGESECURITYMODE_NONE
                ? "none"
                : std::format("{} ({})", modeName(endpoint.securityMode), shortName(view(endpoint.securityPolicyUri)));
        if (!std::ranges::contains(offered, name)) offered.push_back(name);
        const auto ranked = rank(endpoint, mode);
        secured = secured || ranked.has_value();
        const UA_UserTokenPolicy* const token = tokenPolicy(endpoint, user);
        if (!ranked || token == nullptr || (best && *best <= *ranked)) continue;
        best = ranked;
        chosen = {&endpoint, token};
    }
    if (best) return chosen;
    if (secured)
        return failure(ErrorCode::Unsupported,
                       std::format("{} takes no {} with security = \"{}\"", server.url, userTypeName(user), modeName(mode)));
    std::string all;
    for (const std::string& one : offered) all += (all.empty() ? "" : ", ") + one;
    return failure(ErrorCode::Unsupported, std::format("{} offers no security = \"{}\" that is safe today, but {}", server.url,
                                                       modeName(mode), all.empty() ? "nothing at all" : all));
}

/// SHA-1 of the certificate, as OPC UA servers and their tools show it.
std::string thumbprint(UA_ClientConfig& config, const UA_ByteString& certificate) {
    std::array<UA_Byte, 20> bytes{};
    UA_ByteString print{bytes.size(), bytes.data()};
    for (std::size_t i = 0; i < config.securityPoliciesSize; ++i) {
        const UA_SecurityPolicy& policy = config.securityPolicies[i];
        if (policy.asymmetricModule.makeCertificateThumbprint == nullptr || view(policy.policyUri) == noPolicy) continue;
        if (policy.asymmetricModule.makeCertificateThumbprint(&policy, &certificate, &print) != UA_STATUSCODE_GOOD) continue;
        std::string text;
        for (const UA_Byte byte : bytes) text += std::format("{:02X}", byte);
        return text;
    }
    return "unknown";
}

std::string subjectOf(const UA_CertificateVerification& pki, UA_ByteString certificate) {
    Owned<UA_String, UA_TYPES_STRING> subject;
    if (pki.getSubjectName == nullptr || pki.getSubjectName(&*subject, &certificate) != UA_STATUSCODE_GOOD)
        return "of no readable name";
    return std::string{view(*subject)};
}

std::string_view whyRefused(UA_StatusCode status) {
    switch (status) {
    case UA_STATUSCODE_BADCERTIFICATETIMEINVALID: return "it has expired, or is not valid yet";
    case UA_STATUSCODE_BADCERTIFICATEREVOKED: return "its authority has revoked it";
    case UA_STATUSCODE_BADCERTIFICATEREVOCATIONUNKNOWN:
    case UA_STATUSCODE_BADCERTIFICATEISSUERREVOCATIONUNKNOWN:
        return "the revocation list of its authority is missing: add it to the file that 'ca' names";
    default:
        return "it is not trusted: compare the thumbprint with the server's own, and add the certificate to the file that 'ca' "
               "names";
    }
}

Result<void> verifyServer(const OpcUaServer& server, UA_ClientConfig& config, const UA_EndpointDescription& endpoint) {
    const UA_CertificateVerification& pki = config.certificateVerification;
    const UA_StatusCode status = pki.verifyCertificate(&pki, &endpoint.serverCertificate);
    if (status == UA_STATUSCODE_GOOD) return {};
    return failure(ErrorCode::Invalid,
                   std::format("the certificate of {} ({}, thumbprint {}) is refused: {} ({})", server.url,
                               subjectOf(pki, endpoint.serverCertificate), thumbprint(config, endpoint.serverCertificate),
                               whyRefused(status), statusName(status)));
}

std::vector<UA_ByteString> views(const std::vector<std::string>& all) {
    std::vector<UA_ByteString> made;
    for (const std::string& one : all) made.push_back(borrowed(one));
    return made;
}

/// What the client proves itself with, and whom it trusts.
Result<void> secure(const OpcUaServer& server, UA_ClientConfig& config) {
    const auto own = readCertificates(server.certificate);
    if (!own) return std::unexpected(own.error());
    const auto key = readFile(server.key);
    if (!key) return std::unexpected(key.error());
    const auto trusted = server.verify ? readCertificates(server.trusted) : Result<Certificates>{};
    if (!trusted) return std::unexpected(trusted.error());
    const auto certificates = views(trusted->certificates), revocations = views(trusted->revocationLists);
    UA_StatusCode status =
        UA_ClientConfig_setDefaultEncryption(&config, borrowed(own->certificates.front()), borrowed(*key), certificates.data(),
                                             certificates.size(), revocations.data(), revocations.size());
    const bool made = status == UA_STATUSCODE_GOOD &&
                      std::ranges::any_of(std::span{config.securityPolicies, config.securityPoliciesSize},
                                          [](const UA_SecurityPolicy& one) { return view(one.policyUri) == policies[2]; });
    if (!made) return failure(ErrorCode::Malformed, "is no private key in PEM without a password", server.key.string());
    if (!server.verify) {
        if (config.certificateVerification.clear != nullptr) config.certificateVerification.clear(&config.certificateVerification);
        UA_CertificateVerification_AcceptAll(&config.certificateVerification);
    }
    const std::string uri = server.applicationUri.empty() ? std::string{ownUri} : server.applicationUri;
    const UA_String wanted = borrowed(uri);
    const UA_ByteString certificate = borrowed(own->certificates.front());
    Configuration checker; // one that trusts everybody looks at no URI
    status = UA_CertificateVerification_Trustlist(&checker->certificateVerification, nullptr, 0, nullptr, 0, nullptr, 0);
    const UA_CertificateVerification& pki = checker->certificateVerification;
    if (status == UA_STATUSCODE_GOOD && pki.verifyApplicationURI(&pki, &certificate, &wanted) != UA_STATUSCODE_GOOD)
        return failure(
            ErrorCode::Invalid,
            std::format("is not the certificate of '{}': it needs a subjectAltName URI:{} (docs/feeds.md has the command)", uri,
                        uri),
            server.certificate.string());
    return {};
}

Result<void> identify(const OpcUaServer& server, UA_ClientConfig& config) {
    const UA_UserTokenType type = userTypeOf(server);
    if (type == UA_USERTOKENTYPE_USERNAME) {
        UA_ClientConfig_setAuthenticationUsername(&config, server.user.c_str(), server.password.c_str());
    } else if (type == UA_USERTOKENTYPE_CERTIFICATE) {
        const auto certificate = readCertificates(server.userCertificate);
        if (!certificate) return std::unexpected(certificate.error());
        const auto key = readFile(server.userKey);
        if (!key) return std::unexpected(key.error());
        if (UA_ClientConfig_setAuthenticationCert(&config, borrowed(certificate->certificates.front()), borrowed(*key)) !=
            UA_STATUSCODE_GOOD)
            return failure(ErrorCode::Malformed, "is no private key in PEM without a password", server.userKey.string());
    }
    return {};
}

/// What a client is configured with before it knows its endpoint.
Result<void> configure(const OpcUaServer& server, UA_ClientConfig& config) {
    if (server.security == OpcUaSecurity::None) {
        if (UA_ClientConfig_setDefault(&config) != UA_STATUSCODE_GOOD) return failure(ErrorCode::Device, "no client can be made");
    } else if (auto secured = secure(server, config); !secured) {
        return secured;
    }
    config.timeout = answerMilliseconds;
    config.requestedSessionTimeout = sessionMilliseconds;
    config.connectivityCheckInterval = answerMilliseconds;
    config.inactivityCallback = noteSilence;
    config.subscriptionInactivityCallback = noteSubscriptionSilence;
    config.noNewSession = true;
    UA_String_clear(&config.clientDescription.applicationUri);
    config.clientDescription.applicationUri = copied(server.applicationUri.empty() ? ownUri : server.applicationUri);
    UA_LocalizedText_clear(&config.clientDescription.applicationName);
    config.clientDescription.applicationName.text = copied("Millwright");
    UA_String_clear(&config.sessionName);
    config.sessionName = copied("Millwright");
    return identify(server, config);
}

std::string whyNot(const OpcUaServer& server, UA_ClientConfig& config, UA_StatusCode status) {
    switch (status) {
    case UA_STATUSCODE_BADUSERACCESSDENIED:
    case UA_STATUSCODE_BADIDENTITYTOKENREJECTED:
    case UA_STATUSCODE_BADIDENTITYTOKENINVALID:
        return std::format("the server refuses {} ({})",
                           userTypeOf(server) == UA_USERTOKENTYPE_ANONYMOUS     ? "anonymous users"
                           : userTypeOf(server) == UA_USERTOKENTYPE_CERTIFICATE ? "the user's certificate"
                                                                                : "the user or its password",
                           statusName(status));
    case UA_STATUSCODE_BADTIMEOUT: return "it does not answer";
    default: break;
    }
    if (server.security == OpcUaSecurity::None) return statusName(status);
    const auto own = readCertificates(server.certificate);
    const std::string print = own ? thumbprint(config, borrowed(own->certificates.front())) : "unknown";
    return std::format(
        "{}; perhaps the server does not trust this client's certificate yet (thumbprint {}): have it accepted there; or 'key' is "
        "not the key of 'certificate'",
        statusName(status), print);
}

} // namespace

Result<void> checkServer(const OpcUaServer& server) {
    if (auto safe = holdsNoSecret(server.url); !safe) return safe; // first: no message may repeat it
    const auto wrong = [&](std::string_view what) {
        return failure(ErrorCode::Invalid, std::format("'{}' {}: write opc.tcp://HOST[:4840][/PATH]", server.url, what));
    };
    if (!server.url.starts_with(scheme)) return wrong("is no address of an OPC UA server");
    const std::string_view host = std::string_view{server.url}.substr(scheme.size());
    if (host.empty() || host.starts_with('/') || host.starts_with(':') || host.contains(' ')) return wrong("names no host");
    UA_String name{}, path{};
    UA_UInt16 port = 0;
    const UA_String url = borrowed(server.url);
    if (UA_parseEndpointUrl(&url, &name, &port, &path) != UA_STATUSCODE_GOOD) return wrong("has no port that can be");
    if (server.security != OpcUaSecurity::None) {
        if (server.certificate.empty() || server.key.empty())
            return failure(ErrorCode::Invalid,
                           "needs 'certificate' and 'key' of this client (docs/feeds.md has the command that makes "
                           "them), or security = \"none\"");
        if (server.verify && server.trusted.empty())
            return failure(ErrorCode::Invalid, "needs 'ca', a file with the server's certificate, or verify = false");
    }
    Configuration config;
    return configure(server, *config);
}

Result<ClientOwner> connect(const OpcUaServer& server, ConnectionWatch& watch) {
    const auto endpoints = endpointsOf(server);
    if (!endpoints) return std::unexpected(endpoints.error());
    const auto chosen = choose(server, *endpoints);
    if (!chosen) return std::unexpected(chosen.error());
    Configuration config;
    if (auto configured = configure(server, *config); !configured) return std::unexpected(configured.error());
    if (server.security != OpcUaSecurity::None)
        if (auto verified = verifyServer(server, *config, *chosen->endpoint); !verified) return std::unexpected(verified.error());
    UA_EndpointDescription_copy(chosen->endpoint, &config->endpoint);
    // The server's own idea of its host may mean nothing here: behind another network, or in a container.
    UA_String_clear(&config->endpoint.endpointUrl);
    config->endpoint.endpointUrl = copied(server.url);
    UA_UserTokenPolicy_copy(chosen->token, &config->userTokenPolicy);
    config->securityMode = chosen->endpoint->securityMode;
    UA_String_clear(&config->securityPolicyUri);
    UA_String_copy(&chosen->endpoint->securityPolicyUri, &config->securityPolicyUri);
    config->clientContext = &watch;
    ClientOwner client = config.makeClient();
    if (!client) return failure(ErrorCode::Device, "no client can be made");
    const UA_StatusCode status = UA_Client_connect(client.get(), server.url.c_str());
    if (status == UA_STATUSCODE_GOOD) return client;
    return failure(ErrorCode::Invalid,
                   std::format("cannot connect to {}: {}", server.url, whyNot(server, *UA_Client_getConfig(client.get()), status)));
}

} // namespace millwright::telemetry::opcua
