//! Page tokens: a position in a query, encrypted and bound to who asked for what (docs/format.md
//! section 13). It never talks to a table, and says nothing of why a token is refused.

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::context::{ContextBuilder, Element};
use crate::crypto::{self, Nonce, Purpose, SUITE, TAG_LEN};
use crate::envelope::{Header, VERSION};
use crate::error::{Error, ErrorKind, Result};
use crate::material::WrappedDataKey;
use crate::seal::Sealer;

/// Longest token that is looked at. One with four wrapped keys of 4,096 bytes and keys of 2,048 and
/// 1,024 bytes is shorter.
const MAX_LEN: usize = 32 * 1024;

/// Each token has a key of its own.
const NONCE: Nonce = [0; crypto::NONCE_LEN];

/// What a token is bound to, beside the table and the tenant.
#[derive(Debug)]
pub(crate) struct Binding {
    /// Kind of principal, and its id or name.
    pub(crate) principal: (u8, String),
    /// What is read: kind of place, physical table, index, partition.
    pub(crate) place: Vec<Vec<u8>>,
    /// Direction, range, segment.
    pub(crate) range: Vec<Vec<u8>>,
    pub(crate) filter: Vec<u8>,
}

impl Binding {
    fn context(&self, table: &'static str, tenant: Option<&str>) -> Vec<u8> {
        let mut context = ContextBuilder::new(VERSION, SUITE, 0);
        context.push(Element::Table, &[table.as_bytes()]);
        if let Some(tenant) = tenant {
            context.push(Element::Tenant, &[tenant.as_bytes()]);
        }
        let (kind, id) = &self.principal;
        context.push(Element::TokenPrincipal, &[&[*kind], id.as_bytes()]);
        context.push_list(Element::TokenPlace, &self.place);
        context.push_list(Element::TokenRange, &self.range);
        context.push(Element::TokenFilter, &[&self.filter]);
        context.finish()
    }
}

impl Sealer {
    /// A token for a position. A sealer that only reads has no data key of its own: it takes that
    /// of one of the page's items, whose wrapped forms these are.
    ///
    /// # Errors
    /// `is_not_capable` where the sealer only reads and no item's data key can be had; the key
    /// provider's errors.
    pub(crate) async fn seal_token(
        &self,
        table: &'static str,
        binding: &Binding,
        position: &[u8],
        of_items: Vec<Vec<WrappedDataKey>>,
    ) -> Result<String> {
        let context = binding.context(table, self.tenant());
        let salt = crypto::random()?;
        let own = match self.sealing_key(table).await {
            Ok(own) => own,
            Err(error) if error.is_not_capable() => {
                for wrapped in of_items {
                    let Ok(key) = self.opening_key(table, wrapped.clone()).await else { continue };
                    let (key, commitment) = key.prk().derive(Purpose::Page, &salt, &context)?;
                    return encrypt(&key, Header::token(&salt, &commitment, &wrapped), position);
                }
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        let (key, commitment) = own.key().prk().derive(Purpose::Page, &salt, &context)?;
        encrypt(&key, Header::token(&salt, &commitment, own.wrapped()), position)
    }

    /// The position in a token, given what it must be bound to.
    ///
    /// # Errors
    /// `is_invalid_token`, without a reason; `is_not_capable` where the sealer only seals; the key
    /// provider's errors.
    pub(crate) async fn open_token(
        &self,
        table: &'static str,
        binding: &Binding,
        token: &str,
    ) -> Result<Vec<u8>> {
        let invalid = || Error::new(ErrorKind::InvalidToken);
        if token.len() > MAX_LEN {
            return Err(invalid());
        }
        let mut bytes = Base64UrlUnpadded::decode_vec(token).map_err(|_| invalid())?;
        let (header, start) = Header::parse_token(&bytes).ok_or_else(invalid)?;
        let opaque = |error: Error| if error.is_decrypt() { invalid() } else { error };
        let data_key = self.opening_key(table, header.wrapped).await.map_err(opaque)?;
        let context = binding.context(table, self.tenant());
        let (key, commitment) = data_key.prk().derive(Purpose::Page, &header.salt, &context)?;
        if !crypto::commitments_agree(&commitment, &header.commitment) {
            return Err(invalid());
        }
        key.decrypt(&NONCE, b"", &mut bytes, start).map_err(opaque)?;
        bytes.drain(..start);
        Ok(bytes)
    }
}

fn encrypt(key: &crypto::AeadKey, header: Vec<u8>, position: &[u8]) -> Result<String> {
    let mut token = header;
    let start = token.len();
    token.reserve_exact(position.len() + TAG_LEN);
    token.extend_from_slice(position);
    key.encrypt(&NONCE, b"", &mut token, start)?;
    Ok(Base64UrlUnpadded::encode_string(&token))
}
