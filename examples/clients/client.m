% Octave and MATLAB: one record as the fields of a form; what is not known is left empty.
% Usage: octave client.m URL name value name value ...
words = argv();
[reply, ok] = urlread([words{1} "/predict"], "post", words(2:end)');
if (! ok)
  error("the service did not answer, or refused the record");
end
answer = jsondecode(reply);
if (islogical(answer.prediction))
  if (answer.prediction) disp("true"); else disp("false"); end
else
  disp(answer.prediction);
end
