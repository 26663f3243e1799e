/** A certificate of nobody, for tests of what a machine in the way can do with one. Its key protects nothing. */
export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6VZzEs19dSLUBhKq
quXaBVzd1qlFOeuHuWPub/orl6qhRANCAAQ2vNk4nZghnrqu/PPQiEQ7hVbKmMhP
tm+AThsv/nVCo1JpGl8AzcLePcHjB5IMh7zR1ypv6hHMg/q9dnIQpruM
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBgDCCASWgAwIBAgIUTEX1a2vH16QvVTFl9nk9+t5WwUgwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjEyNDAyNVoYDzIxMjYxMDI5
MTI0MDI1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ2vNk4nZghnrqu/PPQiEQ7hVbKmMhPtm+AThsv/nVCo1JpGl8AzcLe
PcHjB5IMh7zR1ypv6hHMg/q9dnIQpruMo1MwUTAdBgNVHQ4EFgQUYZzdN3m05Xj1
4/x+Cn+Eom//tVgwHwYDVR0jBBgwFoAUYZzdN3m05Xj14/x+Cn+Eom//tVgwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAh0y4yqj4WMSymFDsUYjS
js40NfKa/yHx3X49LoSvBKMCIQCptbNUm7s61YQ/Wp5Fp/0Pm81SJHvW1PnvCZ7B
WFWvxA==
-----END CERTIFICATE-----`,
} as const
