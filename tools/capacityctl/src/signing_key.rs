//! The local issuer's RSA key: read from its file, named by its thumbprint.

use std::{fmt, io, path::Path};

use jsonwebtoken::{
    Algorithm, EncodingKey,
    errors::Error,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};

/// A private key that signs tokens, and the public half as a JWKS shows it.
pub struct SigningKey {
    private: EncodingKey,
    id: String,
    public: Jwk,
}

impl SigningKey {
    /// Takes an RSA private key in the DER form of PKCS#1.
    ///
    /// # Errors
    ///
    /// The bytes are no such key.
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let private = EncodingKey::from_rsa_der(der);
        let mut public = Jwk::from_encoding_key(&private, Algorithm::RS256)?;
        let id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { private, id, public })
    }

    /// Reads the key's file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or holds no such key.
    pub fn read(file: &Path) -> io::Result<Self> {
        Self::from_der(&std::fs::read(file)?)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// What signs.
    #[must_use]
    pub const fn private(&self) -> &EncodingKey {
        &self.private
    }

    /// The `kid`: the key's thumbprint (RFC 7638).
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What verifies.
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
