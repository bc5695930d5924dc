#pragma once
// Keys made for these tests by the openssl program, as it wrote them; and what npm jose 1.28.2 (which
// next-auth 3.29.10 uses) makes of them: JWK.asKey(pem).toJWK(), JWS.sign("payload", key, {alg}).
// clang-format off
#include <string>

namespace vectors {

inline constexpr const char* rsa_jwk =
    R"({"kty":"RSA","n":"3eXonejkDIDNEiy9Nvswvj7dWEQDnAEYuhlhzDzCs9bKCVrLw2Pm-yK300d6kIVFgvsDt7AMjyMPEDSSz8d0A5osw7Tr)"
    R"(FAumzbqxHUZxoWAwCMObmZ08K-pL8My_mLq-YcZrsrtydS5XMyVP1C6dhkGxCJW6PMxjK3I90EeEo9elKjCoKZ9haEwInufCgVLT_M8mMq59Kr)"
    R"(q1lRSKP0OcJLt8XT8MURJ3TNPlbEygx935A2sgv1zCNepAKqnLPYAD_V2FCsVSJ8E6xddj1oWqyfZzPe9D9D45pK0QXOF4x6brjZb76px0q-uB)"
    R"(V7BoJ6biT06ebHp01WhXKL4IQfqYcw","e":"AQAB","d":"AtZbwRknQVmsRZ041ikkGGqpXeWQvj_tVwPYEkp8mtwWPURh8p-mZnOtMhBp6s)"
    R"(spdmFLTN_9aR8jpCtn7Sw5uYoRJHd9wgXcHilS9nLeJRgbxSDrLm2qRU17pxqXIJbStGFbIy_uaL0s9ER33tixvvO8FcYEWZ6rbfTKAY3Ijme_)"
    R"(ZOBQJcnrqsrtJWMXTy3spsMm3wsR8ZN7MHZVHMYdyfyCrstfdt13fWPlgnSZKqLLIwhq4rTyYMNH7j8G0M_6gShSNi-gWbPSf_kta84Stpy1sm)"
    R"(kQw-FsncgI3TTNSZgSGu60soMRxiB7Rsu5yYvPviKFity4qhgHo5raLljfwQ","p":"-Y9X1K5AEhKFKxF3NqKdVuRyKpRa7JXnV_irbJ2Ux4l)"
    R"(LiEsQOJdaaeUf4UkpZMvg9WhCvowF9vBE_BoyIdzdbwPB0uhLBhaY3vJTliISc2dqDBU_ey-6Wa4YydEhjdibwsIfu3b80BPpSCxh715mGNt2i)"
    R"(hHjHFrbIDag8cTKw1E","q":"45_TA7fWne7zfE-oiy0l9dvvusuOhzgh8rT-73hfOzheB9Wt1N_tGVzknpt3qjHEQzNtcvbnQ7k5hZVeSYDGO)"
    R"(jQCiG7mRsX0XRxR42ZmOjsC1qA0nlI0S7zyx7G7fXKZm_aY9_vxbT2BfTVjESRpVCk5UtymJ1n1KZ2mAy6oxoM","dp":"YwheK1kGteVBkUi6)"
    R"(DSVU2MGJCJqcxlvqVT-qD00tWE2Ees6G3l45k-JH12foFEbPu7MnIWSBjW_lgEGI-WUjPkW4adCizQS0n2x8fQyCU-eK7saTzXewNJxg292wuh)"
    R"(BmJ1BPtV3Pj2cHYQuzxYCpdV3J2ZqljIAFivACyE52xDE","dq":"gs4Md_2EEnwHZe9s3pXSU6fQ6pohTKlAMPY77idRKnno5z2uyD7qRIHyS)"
    R"(wbyTFaO_0MlaURjf7KIULCWX0zmHPpYXkjEgfUtyPgGQtRMeLgCmI21zylULhXlukXzhVJ-3XZnT1Jz2Z_XsrkkNeyjrp6F940e2kxCq2iRxxB)"
    R"(gIrs","qi":"1T3BYeJ_aczj2jkpIgLQKxJTVMjwxg5i_WBTI4BIJBHMAtie5RWm6-5z9O9g_ELYUHaa9Wg7ZNCRL8S7bp3lm_W76l4745HCvt)"
    R"(pOoSjOnRme3b4AK8hYWtoBb37OtzSN1Ggesa0H4VrNLY7xad6h3URwyxk6aVRbzNlwE8NfWbY"})";
inline constexpr const char* p256_jwk =
    R"({"kty":"EC","crv":"P-256","x":"E4cnbSJWPk_GIbnxOStpyODXZyZ257cjn4Wx1C593sk","y":"2QvBRytTDJqv7QS8jOjIXiZtDcRbe)"
    R"(0fEEHW909NYPWQ","d":"SqbwwV64c9HMRB0S0k3Qm9CcdB4lNrR8tg25pHKWUBw"})";
inline constexpr const char* p384_jwk =
    R"({"kty":"EC","crv":"P-384","x":"XfVsOif3jxTBX4v2zLjGhI3_7i7LAjLXRrAewkDB7H_NDXjunBWdVIZFb24edpfg","y":"_C-Tz3kA)"
    R"(Y07Z5bjS_irW7VYSNryG9tKpTkgxFQHz_nepnKzAi4Pzz9IWb89UtRwB","d":"Xzo31mh2rslMRGwF6uoy1lAwPgKxrnBkmbg0v13lahLutx4)"
    R"(qJI8M8_KA62NsQH7c"})";
inline constexpr const char* p521_jwk =
    R"({"kty":"EC","crv":"P-521","x":"AE6lxKyzxm7roktysnyeVcTUiLsf0p9IsV_YpnedGtN9R7qmpu22cFvq-JWrxdjeEJV8MS39WJquI6v)"
    R"(SIs3qwh-9","y":"ALuOwcKh3d5BklqeQSKQj0KSdvm81XQFMFF3eHK3G7VODCnp4F8_ZVp4MkGrhaWQFE5P1VAyXSV3_TaTzNzUNc7U","d":)"
    R"("ABPTdqDYi-SxtV7M9zM70b_KjmAIPqA-KOHVz4kqrU-tW4e0tl9dQHRs0-F8YhxxcVB-HiRwgpRkcwJe8p61mPtx"})";
inline constexpr const char* ed25519_jwk =
    R"({"kty":"OKP","crv":"Ed25519","x":"N7o5xPalPBAQegoK6znCxU1P2S1Lu8MFhGYa6wRzEg8","d":"kt98T3qPB1GR6BYaRonoJGZYe5)"
    R"(LyN_rT3b0GDUs4Qws"})";
inline constexpr const char* rsa1024_jwk =
    R"({"kty":"RSA","n":"zvaqzclw4dTN2lwtQZrZEocJaEHJDfxewnfWlVIkY17qWy6vBDyGovA7yNl9nIzGYyxy-FW5owCCScrCOsnyvJMAxadj)"
    R"(FdFvRM3RFaPF_Kr4kCo1ZNkBOAl17ii7Vb-k9rO3IsS-yBL1e6lC0DEKyHAvW_9E_gMyx09WFyUA65k","e":"AQAB"})";
inline constexpr const char* rsa_pem = R"PEM(-----BEGIN RSA PRIVATE KEY-----
MIIEpAIBAAKCAQEA3eXonejkDIDNEiy9Nvswvj7dWEQDnAEYuhlhzDzCs9bKCVrL
w2Pm+yK300d6kIVFgvsDt7AMjyMPEDSSz8d0A5osw7TrFAumzbqxHUZxoWAwCMOb
mZ08K+pL8My/mLq+YcZrsrtydS5XMyVP1C6dhkGxCJW6PMxjK3I90EeEo9elKjCo
KZ9haEwInufCgVLT/M8mMq59Krq1lRSKP0OcJLt8XT8MURJ3TNPlbEygx935A2sg
v1zCNepAKqnLPYAD/V2FCsVSJ8E6xddj1oWqyfZzPe9D9D45pK0QXOF4x6brjZb7
6px0q+uBV7BoJ6biT06ebHp01WhXKL4IQfqYcwIDAQABAoIBAALWW8EZJ0FZrEWd
ONYpJBhqqV3lkL4/7VcD2BJKfJrcFj1EYfKfpmZzrTIQaerLKXZhS0zf/WkfI6Qr
Z+0sObmKESR3fcIF3B4pUvZy3iUYG8Ug6y5tqkVNe6calyCW0rRhWyMv7mi9LPRE
d97Ysb7zvBXGBFmeq230ygGNyI5nv2TgUCXJ66rK7SVjF08t7KbDJt8LEfGTezB2
VRzGHcn8gq7LX3bdd31j5YJ0mSqiyyMIauK08mDDR+4/BtDP+oEoUjYvoFmz0n/5
LWvOEractbJpEMPhbJ3ICN00zUmYEhrutLKDEcYge0bLucmLz74ihYrcuKoYB6Oa
2i5Y38ECgYEA+Y9X1K5AEhKFKxF3NqKdVuRyKpRa7JXnV/irbJ2Ux4lLiEsQOJda
aeUf4UkpZMvg9WhCvowF9vBE/BoyIdzdbwPB0uhLBhaY3vJTliISc2dqDBU/ey+6
Wa4YydEhjdibwsIfu3b80BPpSCxh715mGNt2ihHjHFrbIDag8cTKw1ECgYEA45/T
A7fWne7zfE+oiy0l9dvvusuOhzgh8rT+73hfOzheB9Wt1N/tGVzknpt3qjHEQzNt
cvbnQ7k5hZVeSYDGOjQCiG7mRsX0XRxR42ZmOjsC1qA0nlI0S7zyx7G7fXKZm/aY
9/vxbT2BfTVjESRpVCk5UtymJ1n1KZ2mAy6oxoMCgYBjCF4rWQa15UGRSLoNJVTY
wYkImpzGW+pVP6oPTS1YTYR6zobeXjmT4kfXZ+gURs+7sychZIGNb+WAQYj5ZSM+
Rbhp0KLNBLSfbHx9DIJT54ruxpPNd7A0nGDb3bC6EGYnUE+1Xc+PZwdhC7PFgKl1
XcnZmqWMgAWK8ALITnbEMQKBgQCCzgx3/YQSfAdl72zeldJTp9DqmiFMqUAw9jvu
J1EqeejnPa7IPupEgfJLBvJMVo7/QyVpRGN/sohQsJZfTOYc+lheSMSB9S3I+AZC
1Ex4uAKYjbXPKVQuFeW6RfOFUn7ddmdPUnPZn9eyuSQ17KOunoX3jR7aTEKraJHH
EGAiuwKBgQDVPcFh4n9pzOPaOSkiAtArElNUyPDGDmL9YFMjgEgkEcwC2J7lFabr
7nP072D8QthQdpr1aDtk0JEvxLtuneWb9bvqXjvjkcK+2k6hKM6dGZ7dvgAryFha
2gFvfs63NI3UaB6xrQfhWs0tjvFp3qHdRHDLGTppVFvM2XATw19Ztg==
-----END RSA PRIVATE KEY-----
)PEM";
inline constexpr const char* p256_pem = R"PEM(-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIEqm8MFeuHPRzEQdEtJN0JvQnHQeJTa0fLYNuaRyllAcoAoGCCqGSM49
AwEHoUQDQgAEE4cnbSJWPk/GIbnxOStpyODXZyZ257cjn4Wx1C593snZC8FHK1MM
mq/tBLyM6MheJm0NxFt7R8QQdb3T01g9ZA==
-----END EC PRIVATE KEY-----
)PEM";
// The private half of the one above, with the public half of RFC 7517's example.
inline constexpr const char* p256_mixed_pem = R"PEM(-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIEqm8MFeuHPRzEQdEtJN0JvQnHQeJTa0fLYNuaRyllAcoAoGCCqGSM49
AwEHoUQDQgAEMKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D7gS2XpJFbZ
iItSs3m9+9Ue6GnvHw/GW2ZZaVtszggXIw==
-----END EC PRIVATE KEY-----
)PEM";
inline constexpr const char* ed25519_pem = R"PEM(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJLffE96jwdRkegWGkaJ6CRmWHuS8jf60929Bg1LOEML
-----END PRIVATE KEY-----
)PEM";
inline constexpr const char* rsa1024_pem = R"PEM(-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAM72qs3JcOHUzdpc
LUGa2RKHCWhByQ38XsJ31pVSJGNe6lsurwQ8hqLwO8jZfZyMxmMscvhVuaMAgknK
wjrJ8ryTAMWnYxXRb0TN0RWjxfyq+JAqNWTZATgJde4ou1W/pPaztyLEvsgS9Xup
QtAxCshwL1v/RP4DMsdPVhclAOuZAgMBAAECgYBoYIar2lgPzN80rSA14f5wFaJs
7iCT6R9xPDcAf7jSVOAktFqX7F6KdlXwaZ+sAGNdSOGC1NkWl/8dcCCcvZSpFUiL
79DOetVTk0oUOW7hHLl9uPjB6+a1UraRQRV9UkSJdrH+qgTH327JUmaTrVOGDHcg
MhThNgAbyI61Vl+hsQJBAPcS0ZkcSKveeaKo4YvIQlhRNXEKkrmc9Zh75elCta6P
wnghiaeq6W+tSAWI7j7WaHWtD50r9Z//40nFnTSWHkcCQQDWcN8j9TWWjnt6vFRp
QzMXfWrgZs88ena6H/QstMXN1q97qIRq+ChXU2lCYhCiziQPeW67eJXLsGnzFIE2
HjcfAkEA51hao8gFD9EoCbOiRVWFMdcQeEFTM7ORj27rz2dkYQhBKmUU1MdG/we8
uVoG4xW2CAG87gk8W82pT+lWkufBfwJAHJq1yTAeU9Txt6+Dev8Rw6JhLUnJfwG+
8Jjuk0AR2qE2i0IxV6t+hheEROyb13uz57SFBtDQ+nivyVME4VkqdQJAG4JBmbE4
G6o9BiamKPaz7I11W+x/IicYO8EEy5WQiyafETRWD9hRAo2wOjH58yzt4kCZ6aJb
eLBxAOJZ/Igw9w==
-----END PRIVATE KEY-----
)PEM";
inline constexpr const char* secp256k1_pem = R"PEM(-----BEGIN EC PRIVATE KEY-----
MHQCAQEEICyIqAHyuoGr5cnC4E1tz5MTolNJqW7zM6otwtWUkR8QoAcGBSuBBAAK
oUQDQgAE023KimHqgVWX43/ETPtXypPfW8SK9P9X6zbCOHA63aiLgLZLMeWp4r+b
XZ1CcY0qEA/LnMuVn4VRC5iOdkoMqQ==
-----END EC PRIVATE KEY-----
)PEM";
inline constexpr const char* p256_passphrase_pem = R"PEM(-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj2mqto/oRqVgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEGyYCQJYBvIatCMv2QY3WjkEgZCE
Tvwr4GowhFAWIztqTAdlT6C7PxMNVZVt8ZA2PGkPX0UNu4TtCDxAimzj0vJqVhXn
73xVtc/FUeACkK1xKW3ItxjvIwKLHspNWR3uVdltDAU4PiuaxxVNw0S6Or16Gj2S
+VU5P/v54DaWA1qFufjLG70noPVRwx091Fjtxnlv5jM+nMKDgPQsMjNCCG0YpwE=
-----END ENCRYPTED PRIVATE KEY-----
)PEM";

struct Token { const char *alg, *jwk, *compact; };
/// The key of the HS* tokens.
inline constexpr const char* secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
inline constexpr const char* oct_jwk = R"({"kty":"oct","k":"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg"})";
inline constexpr Token tokens[] = {
    {"RS256", rsa_jwk,
     "eyJhbGciOiJSUzI1NiJ9.cGF5bG9hZA.Hy1ixOOJspjS1gYN0tc-obKIRaskbl3sx6y5vJDpL_XY0DYoIRGUeedM4P02c1DhLMbEK3xK"
     "ypQEnyM_Q0JO0ZEcJFmT9q4sOI0qNdkJOyFM5RqOvikqr-P8ttGHy_B7C336cMv3HdM5_VE2_MzkMuA8urtDQFnwbdh1CiyDCJmX_Ir0"
     "fViK8kIKatiyXBr0QF7HU4Q5FXCW1y_POrjNuziOnmTsyTO3hZlyJmThkui-ZsYeTOwTANc5PTf9gybg35mZNCAtlMLh5HWjwX6O9Eeg"
     "DgITks2eJScqnZO0lBffMxmoO82TEOVUsTICqNLZeHHI0VsqebD-hIFgeMWQRg"},
    {"RS384", rsa_jwk,
     "eyJhbGciOiJSUzM4NCJ9.cGF5bG9hZA.Na4X_aYD_L3rDKfHvh05ycYdyfXkrZIE5qb41p-X16qgrhyy-JvdxYLLR6ySveYWJs6jbJb_"
     "hJHHEmVb_fty1D5_XzWy0Vfokd3e6gV-RKvaIZP7gMK0GYzXjSBadiFSxVNdIMjQfF0de5uuu2ExmFlfXhPgCjnIkWZ7TD4yLc-IpSgA"
     "GEBwtfCDjUyIsfjOwJDu-E79T7ycH1-htnqxgkB5UZ7FZwZL15LMYZc6FnanjY8M9xcJXwpVvlDnQoSAqXQegRnp-fQ_toQX56obYS7O"
     "9xl3ZlH-AtVWSYY6Ac8sVFssl19karUA33KyTWtZXUyL5Ocp3bIHh3ziSIHnCA"},
    {"RS512", rsa_jwk,
     "eyJhbGciOiJSUzUxMiJ9.cGF5bG9hZA.d_Ho38xNhp2daqHLGb8ynpr-cwZ3oj3C0rbA8yMy9cKE3571T2Tc3bGX5YDwbCQL3wz1uoJQ"
     "6Dd_vBvyOC-5gOqSH4x173OJ_cOOZCKe1v1SiRRs_2jC-6T-HAoKolQwyGz3Fj-HLUHKhHF4K9NqLLSTntlLKh2WM4XBI89iVQFpWtqV"
     "HXKebc3UuIPchfRpgN6coNQ6UwBZjdAD-7B6qWvunhmoKXQjPF0kobUgxKbjzoefuYW2oCLgDvlpXoe-MI8D5BMznTe4bhriqJu0HKF8"
     "nJOcPziJHl4g_AfpdczWxBCK2-EuY_1LcneMh4a5J-Klb-kQyv84LYMfHrCfYw"},
    {"PS256", rsa_jwk,
     "eyJhbGciOiJQUzI1NiJ9.cGF5bG9hZA.Cv-PaAOE1RqSng4-J8-oaE_HKg8yjqrHpfjW882Ps-yKz8fFzVQiDNvlelGUnjzYcXIUcNlY"
     "0Wctk3TqL1Datjq84OfG0on25J6CC7YvezGauaMD8vzY3HbuheBiFJXInWasTpvvWHZDsXb3dLlTUyDTPIF8PhVL808ytLVK1k6OiclP"
     "qq44mdp-I0qTR5Q8XDQ6a9_GVHh4yINuSZ_cog47vTDUWs8BG8MnqiGULAhyfvqW7UVWgNUnm6n603vLIDWIt_2q4VYhoRed_iGrI28h"
     "L3enNB1RHZGhmwh-pvYOxzU1rRQ6BdL443RNbnA-zv2IDJvC5dz5gh5c-3DvAg"},
    {"PS384", rsa_jwk,
     "eyJhbGciOiJQUzM4NCJ9.cGF5bG9hZA.1DIzFMTi6zgODVIje0NDt-EL-9DOXHm0DotP5ER8WJNJnVlk-qS-tfrpe7NT6hQW28Laaika"
     "s6tKP_du5w7byKsgzovmwELMSUWKW0ng-Am13VzSWycyBohYjsyCGm_F_NJfgnfSHxjaeAWeOArkcC10p-VUidglIf0e1yP7Ey0CSbaO"
     "zqOpkG4Gknf-ddXuSDqmHjKljNPYGQ9e5buzXgRMM2JN-F1lHkZVv2Sc8mVtm0MB-28Kd0kA1JibdQcWeYEI_Qg7wtlHMsjDREN8Znh1"
     "XNVAo0I6hIGcuJj7wMpIBVOwOb_L2xveKL7wKXnkTcLWK4tOftcuG42YYNSi8Q"},
    {"PS512", rsa_jwk,
     "eyJhbGciOiJQUzUxMiJ9.cGF5bG9hZA.eeb7FOuAUKV5eZFHDjRMHRViezzN3vPBqdbaXfzz8xN1Pv7DUYOuRwIMBOOGBI74R63YdN9t"
     "cdmDyE2d2TfHIxPDwY-y9NNKkFbb6ROqDiVfNjh_fu2MjFY0BV0VQDzUiv2-2-sCj29KNE3p4LPwEKprGtKK8djRGHXor5PIdkG-fqhX"
     "pHimhMDGtb2oEUo9EPCGswzgXvfr-FQ567Qp2jvAOMfgtNW_d_1Xp70IJqXNCA9XZ2mTHJjP0mbmHiLjRw_iCNJVAGbc_WsCe1olgXVO"
     "xpX8U-afJKIpHON6KR00w4ZTk3L6vZyMNZeVjN-1wjwV2xKSkoQmXARhmp5VNg"},
    {"ES256", p256_jwk,
     "eyJhbGciOiJFUzI1NiJ9.cGF5bG9hZA.WCnTkcPSBsMSRo3sDU9q3KlAi3m_YAktY6s9nNvVx5i4VcOzrBDpU3npXYsqh9gyNyZDjntG"
     "29nrCjVAu1ZCQw"},
    {"ES384", p384_jwk,
     "eyJhbGciOiJFUzM4NCJ9.cGF5bG9hZA.Ku-mw43-vEb3kLvAjv-j8S0GVj95tP6EimbdJYhjwXtA3-2E12YKWzhHrk1lSsT16lUsA_Pf"
     "Isete50i6e6J3QL8P8f1qeRfkEymH9kyYiaaV8sl1Zx6tnpDWny91nzj"},
    {"ES512", p521_jwk,
     "eyJhbGciOiJFUzUxMiJ9.cGF5bG9hZA.AdKqmzX5AUGw8CFCpEGqVSiSuvdEpX8oIhhu9BoIvYxJErUQwJdDRzcETlbeYiaPBGLUBRG7"
     "YX1qfBJ-Lpli06SYAOe7A56fk5DETgXsj62N0w0GJ0AmhB9WR7k2qvLDlRNFdGXOBXw9PqxgUbnxdV-zMoySwuTbgrndTZOlHAtlXeXv"},
    {"EdDSA", ed25519_jwk,
     "eyJhbGciOiJFZERTQSJ9.cGF5bG9hZA.RhAxeUj32z3SFeGZcgR11XLndx3goNfr1nPBneWIf8fL2QI_AvjNKXihjqJVxd7tiUwuvmCU"
     "2MsFvOJLW-1tCA"},
    {"HS256", oct_jwk,
     "eyJhbGciOiJIUzI1NiJ9.cGF5bG9hZA.fuQGj9ilF87O_wOihSeEvul5TaTt40CYzStxg4UGLxY"},
    {"HS384", oct_jwk,
     "eyJhbGciOiJIUzM4NCJ9.cGF5bG9hZA.ABKcA5Bab62v36YXmyP3L9b199jEcUyG6a1mzZnlZAwFILEu5OlavUneXoFqbraf"},
    {"HS512", oct_jwk,
     "eyJhbGciOiJIUzUxMiJ9.cGF5bG9hZA.fsl-2iMLRZyIiFdJ7hqVSYDRQSvtE0JRhRPbx2nOpdEYvUwozOhtJEpYvV13sYXSkr-AXgVB"
     "p1vKMdELcXSXww"},
};

}  // namespace vectors
