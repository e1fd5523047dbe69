//! The local issuer's RSA key, read from its file and identified by its thumbprint.

use std::{fmt, io, path::Path};

use jsonwebtoken::{
    Algorithm, EncodingKey,
    errors::Error,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};

/// A private key that signs tokens, with the public key as the JWKS publishes it.
pub struct SigningKey {
    private: EncodingKey,
    id: String,
    public: Jwk,
}

impl SigningKey {
    /// Parses an RSA private key in PKCS#1 DER.
    ///
    /// # Errors
    ///
    /// The bytes are not such a key.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let private = EncodingKey::from_rsa_der(der);
        let mut public = Jwk::from_encoding_key(&private, Algorithm::RS256)?;
        let id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, id, public })
    }

    /// Reads a key file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not such a key.
    pub fn read(file: &Path) -> io::Result<Self> {
        Self::from_der(&std::fs::read(file)?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// The key that signs.
    #[must_use]
    pub const fn private(&self) -> &EncodingKey {
        &self.private
    }

    /// The `kid`: the key's thumbprint (RFC 7638).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key that verifies.
    #[must_use]
    pub const fn public(&self) -> &Jwk {
        &self.public
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish_non_exhaustive()
    }
}
