"""The payment pages: `/pay/<signed token>`, gateways' callbacks, and the sandbox gateway's own page."""
