use dynacrypt::stream::{ChangeBatch, ChangeReader, RawChange};

fn open(reader: &ChangeReader, records: Vec<RawChange>) -> Result<ChangeBatch, dynacrypt::Error> {
    reader.batch(records)
}

fn forge(reader: ChangeReader, records: Vec<RawChange>) -> ChangeBatch {
    ChangeBatch { reader, records }
}

fn main() {}
