//! The pages: what people see, and above all what they must not see.

mod sessions;
