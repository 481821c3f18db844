# Usage: Rscript client.R URL ROWS.json
library(curl)
library(jsonlite)

predict_rows <- function(url, records) {
  handle <- new_handle(customrequest = "POST", copypostfields = records)
  handle_setheaders(handle,
    "Content-Type" = "application/json",
    "Authorization" = paste("Bearer", Sys.getenv("MLWRIGHT_TOKEN"))
  )
  reply <- curl_fetch_memory(paste0(url, "/predict"), handle)
  content <- fromJSON(rawToChar(reply$content), simplifyVector = FALSE)
  if (reply$status_code != 200) stop(content$error$message, " ", content$error$hint)
  vapply(content$predictions, function(one) tolower_if_truth(one$prediction), "")
}

tolower_if_truth <- function(value) if (is.logical(value)) tolower(as.character(value)) else as.character(value)

words <- commandArgs(trailingOnly = TRUE)
rows <- paste(readLines(words[2], encoding = "UTF-8"), collapse = "\n")
cat(predict_rows(words[1], rows), sep = "\n")
