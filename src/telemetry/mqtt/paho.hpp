#pragma once

/// The part of the Paho MQTT C client's interface that the connection uses. Debian's libpaho-mqttpp-dev brings that library without its
/// headers; where they are there, they are what is compiled. Layouts as of version 1.3, whose structures carry their own version
/// number and only ever grow at the end.
#if __has_include(<MQTTAsync.h>)
#include <MQTTAsync.h>
#else
#include <cstddef>

extern "C" {

using MQTTAsync = void*;
using MQTTAsync_token = int;
constexpr int MQTTASYNC_SUCCESS = 0;
constexpr int MQTTVERSION_3_1_1 = 4;
constexpr int MQTTVERSION_5 = 5;
constexpr int MQTTCLIENT_PERSISTENCE_NONE = 1;

enum MQTTReasonCodes : int { MQTTREASONCODE_SUCCESS = 0, MQTTREASONCODE_UNSUPPORTED_PROTOCOL_VERSION = 132 };
enum MQTTPropertyCodes : int { MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL = 17 };

struct MQTTLenString {
    int len;
    char* data;
};
struct MQTTProperty {
    MQTTPropertyCodes identifier;
    union {
        unsigned char byte;
        unsigned short integer2;
        unsigned int integer4;
        struct {
            MQTTLenString data, value;
        } text;
    } value;
};
struct MQTTProperties {
    int count, max_count, length;
    MQTTProperty* array;
};
struct MQTTSubscribe_options {
    char struct_id[4];
    int struct_version;
    unsigned char noLocal, retainAsPublished, retainHandling;
};
struct MQTTAsync_message {
    char struct_id[4];
    int struct_version;
    int payloadlen;
    void* payload;
    int qos, retained, dup, msgid;
    MQTTProperties properties;
};
struct MQTTAsync_failureData {
    MQTTAsync_token token;
    int code;
    const char* message;
};
struct MQTTAsync_failureData5 {
    char struct_id[4];
    int struct_version;
    MQTTAsync_token token;
    MQTTReasonCodes reasonCode;
    MQTTProperties properties;
    int code;
    const char* message;
    int packet_type;
};
struct MQTTAsync_successData {
    MQTTAsync_token token;
    union {
        int qos;
        int* qosList;
        struct {
            MQTTAsync_message message;
            char* destinationName;
        } pub;
        struct {
            char* serverURI;
            int MQTTVersion, sessionPresent;
        } connect;
    } alt;
};
struct MQTTAsync_successData5 {
    char struct_id[4];
    int struct_version;
    MQTTAsync_token token;
    MQTTReasonCodes reasonCode;
    MQTTProperties properties;
    union {
        struct {
            int reasonCodeCount;
            MQTTReasonCodes* reasonCodes;
        } sub;
        struct {
            MQTTAsync_message message;
            char* destinationName;
        } pub;
        struct {
            char* serverURI;
            int MQTTVersion, sessionPresent;
        } connect;
    } alt;
};
using MQTTAsync_onSuccess = void(void* context, MQTTAsync_successData* response);
using MQTTAsync_onFailure = void(void* context, MQTTAsync_failureData* response);
using MQTTAsync_onSuccess5 = void(void* context, MQTTAsync_successData5* response);
using MQTTAsync_onFailure5 = void(void* context, MQTTAsync_failureData5* response);
using MQTTAsync_messageArrived = int(void* context, char* topicName, int topicLen, MQTTAsync_message* message);
using MQTTAsync_connectionLost = void(void* context, char* cause);
using MQTTAsync_deliveryComplete = void(void* context, MQTTAsync_token token);

struct MQTTAsync_responseOptions {
    char struct_id[4];
    int struct_version;
    MQTTAsync_onSuccess* onSuccess;
    MQTTAsync_onFailure* onFailure;
    void* context;
    MQTTAsync_token token;
    MQTTAsync_onSuccess5* onSuccess5;
    MQTTAsync_onFailure5* onFailure5;
    MQTTProperties properties;
    MQTTSubscribe_options subscribeOptions;
    int subscribeOptionsCount;
    MQTTSubscribe_options* subscribeOptionsList;
};
struct MQTTAsync_createOptions {
    char struct_id[4];
    int struct_version;
    int sendWhileDisconnected, maxBufferedMessages, MQTTVersion, allowDisconnectedSendAtAnyTime, deleteOldestMessages;
    int restoreMessages, persistQoS0;
};
struct MQTTAsync_willOptions {
    char struct_id[4];
    int struct_version;
    const char* topicName;
    const char* message;
    int retained, qos;
    struct {
        int len;
        const void* data;
    } payload;
};
struct MQTTAsync_SSLOptions {
    char struct_id[4];
    int struct_version;
    const char *trustStore, *keyStore, *privateKey, *privateKeyPassword, *enabledCipherSuites;
    int enableServerCertAuth, sslVersion, verify;
    const char* CApath;
    int (*ssl_error_cb)(const char* text, std::size_t length, void* user);
    void* ssl_error_context;
    unsigned int (*ssl_psk_cb)(const char*, char*, unsigned int, unsigned char*, unsigned int, void*);
    void* ssl_psk_context;
    int disableDefaultTrustStore;
    const unsigned char* protos;
    unsigned int protos_len;
};
struct MQTTAsync_connectOptions {
    char struct_id[4];
    int struct_version;
    int keepAliveInterval, cleansession, maxInflight;
    MQTTAsync_willOptions* will;
    const char *username, *password;
    int connectTimeout, retryInterval;
    MQTTAsync_SSLOptions* ssl;
    MQTTAsync_onSuccess* onSuccess;
    MQTTAsync_onFailure* onFailure;
    void* context;
    int serverURIcount;
    char* const* serverURIs;
    int MQTTVersion, automaticReconnect, minRetryInterval, maxRetryInterval;
    struct {
        int len;
        const void* data;
    } binarypwd;
    int cleanstart;
    MQTTProperties *connectProperties, *willProperties;
    MQTTAsync_onSuccess5* onSuccess5;
    MQTTAsync_onFailure5* onFailure5;
    const void* httpHeaders;
    const char *httpProxy, *httpsProxy;
};
struct MQTTAsync_disconnectOptions {
    char struct_id[4];
    int struct_version;
    int timeout;
    MQTTAsync_onSuccess* onSuccess;
    MQTTAsync_onFailure* onFailure;
    void* context;
    MQTTProperties properties;
    MQTTReasonCodes reasonCode;
    MQTTAsync_onSuccess5* onSuccess5;
    MQTTAsync_onFailure5* onFailure5;
};
struct MQTTAsync_init_options {
    char struct_id[4];
    int struct_version;
    int do_openssl_init;
};

void MQTTAsync_global_init(MQTTAsync_init_options* options);
int MQTTAsync_createWithOptions(MQTTAsync* handle, const char* serverURI, const char* clientId, int persistence, void* context,
                                MQTTAsync_createOptions* options);
void MQTTAsync_destroy(MQTTAsync* handle);
int MQTTAsync_setCallbacks(MQTTAsync handle, void* context, MQTTAsync_connectionLost* lost, MQTTAsync_messageArrived* arrived,
                           MQTTAsync_deliveryComplete* delivered);
int MQTTAsync_connect(MQTTAsync handle, const MQTTAsync_connectOptions* options);
int MQTTAsync_disconnect(MQTTAsync handle, const MQTTAsync_disconnectOptions* options);
int MQTTAsync_subscribeMany(MQTTAsync handle, int count, char* const* topics, const int* qos, MQTTAsync_responseOptions* response);
int MQTTAsync_send(MQTTAsync handle, const char* topic, int length, const void* payload, int qos, int retained,
                   MQTTAsync_responseOptions* response);
void MQTTAsync_freeMessage(MQTTAsync_message** message);
void MQTTAsync_free(void* memory);
const char* MQTTAsync_strerror(int code);
const char* MQTTReasonCode_toString(MQTTReasonCodes code);
int MQTTProperties_add(MQTTProperties* properties, const MQTTProperty* property);
void MQTTProperties_free(MQTTProperties* properties);
}
#endif
