# Usage: Rscript client.R URL ROWS.csv
# R alone, over a socket; with the package curl or httr2 it is shorter, and speaks https.
predict_rows <- function(url, frame) {
  place <- regmatches(url, regexec("^http://([^:/]+):?([0-9]*)", url))[[1]]
  if (length(place) == 0) stop("the address should be http://HOST:PORT")
  port <- if (nzchar(place[3])) as.integer(place[3]) else 80L
  body <- csv_of(frame)
  head <- c(
    "POST /invocations HTTP/1.1",
    paste0("Host: ", place[2], ":", port),
    "Connection: close",
    "Content-Type: text/csv",
    paste("Authorization: Bearer", Sys.getenv("MLWRIGHT_TOKEN")),
    paste("Content-Length:", length(body))
  )
  connection <- socketConnection(place[2], port, blocking = TRUE, open = "r+b", timeout = 30)
  on.exit(close(connection))
  writeBin(c(charToRaw(paste0(paste(head, collapse = "\r\n"), "\r\n\r\n")), body), connection)
  reply <- raw(0)
  while (length(part <- readBin(connection, "raw", 65536)) > 0) reply <- c(reply, part)
  lines <- strsplit(rawToChar(reply), "\r?\n")[[1]]
  content <- lines[seq_along(lines) > which(lines == "")[1]]
  if (!grepl("^HTTP/1.1 200 ", lines[1])) stop(paste(content, collapse = "\n"))
  content
}

# Rows as the service reads them: no header, what is not known is empty.
csv_of <- function(frame) {
  held <- rawConnection(raw(0), "wb")
  on.exit(close(held))
  write.table(frame, held, sep = ",", qmethod = "double", na = "", row.names = FALSE, col.names = FALSE,
              fileEncoding = "UTF-8")
  rawConnectionValue(held)
}

words <- commandArgs(trailingOnly = TRUE)
frame <- read.csv(words[2], check.names = FALSE, colClasses = "character", na.strings = "", fill = FALSE,
                  encoding = "UTF-8")
writeLines(predict_rows(words[1], frame))
